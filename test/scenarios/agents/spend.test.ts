import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { saying, wanting } from "../../support/agent-bench.ts";
import { temporaryFolder } from "../../support/core.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { clientOf, startPatiently } from "../socket-client.ts";
import { agentDaemon, follow } from "./agent-users.ts";
import { askedIn } from "./model-of-runs.ts";

const ended = "u01r1";
const underWay = "u02r1";

promise(
  ["run.budget", "lost.step-once"],
  "what a run and the calls below it spent before a kill -9 is charged once, and its budget lasts as long as without one",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    const hold = Promise.withResolvers<void>();
    // At the kill a chat below the one run is on record, and one below the other waits for its answer.
    vendor.otherwise = (_prompt, seen) => {
      const { run, turn } = askedIn(seen);
      const tools = seen.body["tools"] !== undefined;
      if (!tools) return { ...saying(`${run} knows`), before: () => (run === underWay ? hold.promise : undefined) };
      if (turn === 1) return wanting(["chat", { prompt: `What does ${run} know?` }]);
      return { ...saying(`${run} is done`), before: () => hold.promise };
    };
    await using daemon = await agentDaemon(vendor, { folder: folder.path });
    await using client = clientOf(daemon);
    const following = [ended, underWay].map(async (run) => {
      // Two turns and the chat: one request of each run is lost with the daemon.
      const input = { goal: `This is ${run}: ask around.`, tools: ["chat"], budget: { modelCalls: 4 } };
      return await follow(await startPatiently(client, "agent", { input, follow: true }), run, () => {});
    });
    await vendor.arrived(5);
    await daemon.kill("SIGKILL");
    hold.resolve();
    await daemon.restart();
    for (const { name, view } of await Promise.all(following)) {
      expect(view).toMatchObject({ result: { content: `${name} is done` }, usage: { modelCalls: 4, requests: 4 } });
    }
    expect(vendor.seen).toHaveLength(8);
  },
);
