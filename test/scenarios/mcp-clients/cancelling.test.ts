import { afterAll, beforeAll, describe, expect } from "vitest";
import { promise } from "../../promise.ts";
import { markedProcesses } from "../marked-processes.ts";
import { OfficialClient, officials } from "./official.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ EXAI_EXEC_ALLOW: "sh" });
  stage.vendor.otherwise = () => ({ kind: "hang" });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

describe.each(officials)("the official client $kind over $way", (official) => {
  promise("leak.task", "that cancels a call closes the socket of its model request and ends its command", async () => {
    await using client = await OfficialClient.connect(official, stage.reach);
    const before = stage.vendor.seen.length;
    const gone = new AbortController();
    const { signal } = gone;
    const told = client.call("chat", { prompt: JSON.stringify(official) }, { signal });
    const ran = client.call("exec", { argv: ["sh", "-c", "sleep 300"] }, { signal });
    const refused = Promise.allSettled([told, ran]);
    await stage.vendor.arrived(before + 1);
    await expect.poll(() => markedProcesses(stage.daemon.home).length).toBeGreaterThan(0);
    gone.abort();
    expect(await stage.vendor.seen[before]?.over).toBe("early");
    await expect.poll(() => markedProcesses(stage.daemon.home)).toEqual([]);
    expect((await refused).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    for (const tool of ["chat", "exec"])
      await expect.poll(async () => (await stage.calls(tool))[0]?.phase).toBe("cancelled");
  });
});
