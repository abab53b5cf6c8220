import { readFileSync } from "node:fs";
import { StopSignals } from "../../src/base/stop-signals.ts";
import { openDaemon } from "../../src/daemon/daemon.ts";
import { readSettings } from "../../src/daemon/read-settings.ts";
import { jobs } from "./conformance/jobs.ts";
import { ScenarioServers } from "./conformance/scenario-servers.ts";
import { openTokenProxy } from "./conformance/token-proxy.ts";

// The daemon of the product, as its one composition root builds it. All that is added stands here: the tools, prompts
// and resources that the suite calls by name, and before the daemon a proxy on the port of the first argument, because
// the suite cannot send a token.
const loaded = readSettings(process.env);
const stopped = Promise.withResolvers<"drain">();
using _signals = new StopSignals({ onFirst: () => stopped.resolve("drain"), onSecond: () => process.exit(1) });
await using daemon = await openDaemon({
  loaded,
  version: "0.0.0",
  readSettings: () => loaded,
  additions: { tools: jobs, mcp: ScenarioServers },
});
const token = () => readFileSync(loaded.settings.ownerTokenFile, "utf8").trim();
const port = Number(process.argv[2]);
await using _proxy = await openTokenProxy({ port, to: daemon.port, token });
process.stdout.write(`listens on http://localhost:${port}\n`);
daemon.stop(await stopped.promise);
await daemon.stopped;
