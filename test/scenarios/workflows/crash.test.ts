import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { dataOf, step } from "../../support/workflow-bench.ts";
import { clientOf, startPatiently } from "../socket-client.ts";
import { Desk, daemonOver, messagesOf, takeOver, times } from "./desk.ts";

promise(
  "lost.step-once",
  "a workflow killed while its expert speaks goes on by itself, each step of it told once; one killed after that is paid once",
  async () => {
    await using vendor = await VendorServer.open();
    await using desk = await Desk.open({ "src/a.ts": "export const a = 1;\n" });
    await using daemon = await daemonOver([desk], vendor);
    await using client = clientOf(daemon);
    const file = join(desk.path, "src/a.ts");
    const one = await takeOver(client, "debug", { ...step(1, 2), findings: "FOUND-ONE", relevant_files: [file] });
    await daemon.kill("SIGKILL");
    await daemon.restart();
    vendor.reply({ kind: "stall", text: "I was about to say" });
    const input = { ...one.next_call?.arguments, findings: `FOUND-TWO ${file}:1` };
    const call = await startPatiently(client, "debug", { input });
    await vendor.arrived(1);
    await daemon.kill("SIGKILL");
    vendor.otherwise = () => ({ kind: "answer", text: "IT-IS-THIS" });
    await daemon.restart();
    const view = await call.result();
    expect(view).toMatchObject({ phase: "succeeded", result: { content: expect.stringMatching(/^IT-IS-THIS/) } });
    expect(dataOf(view)).toMatchObject({ status: "debug_complete", debug_status: { steps_recorded: 2 } });
    expect(vendor.seen).toHaveLength(2);
    const prompt = messagesOf(vendor, 1).join("\n");
    for (const word of ["FOUND-ONE", "FOUND-TWO", "1| export const a"]) expect(times(prompt, word), word).toBe(1);
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const again = await takeOver(client, "debug", { ...input, step_number: 2, continuation_id: one.continuation_id });
    expect(again.content).toContain("IT-IS-THIS");
    expect(vendor.seen).toHaveLength(2);
  },
);
