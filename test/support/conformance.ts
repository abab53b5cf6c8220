import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { StopSignals } from "../../src/base/stop-signals.ts";
import { openDaemon } from "../../src/daemon/daemon.ts";
import { readSettings } from "../../src/daemon/read-settings.ts";
import { askingTools } from "./conformance/asking-tools.ts";
import { contents, prompts } from "./conformance/contents.ts";
import { jobStarters, jobs } from "./conformance/jobs.ts";
import { plainTools } from "./conformance/plain-tools.ts";

// The daemon of the product, as its one composition root builds it. All that is added stands here: the tools, prompts
// and resources that the suite calls by name, and that whoever asks from this machine without a token is its owner.
const loaded = readSettings(process.env);
const stopped = Promise.withResolvers<"drain">();
using _signals = new StopSignals({ onFirst: () => stopped.resolve("drain"), onSecond: () => process.exit(1) });
await using daemon = await openDaemon({
  loaded,
  version: "0.0.0",
  readSettings: () => loaded,
  additions: {
    tools: jobs,
    mcp: {
      capabilities: { logging: {} },
      tools: [...plainTools, ...askingTools, ...jobStarters],
      prompts,
      ...contents,
    },
    credential: ownerOnLoopback,
  },
});
process.stdout.write(`listens on http://localhost:${daemon.port}\n`);
daemon.stop(await stopped.promise);
await daemon.stopped;

/** The suite cannot send a token. */
function ownerOnLoopback({ socket }: IncomingMessage): string | undefined {
  const isLocal = ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(socket.remoteAddress ?? "");
  return isLocal ? readFileSync(loaded.settings.ownerTokenFile, "utf8").trim() : undefined;
}
