import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { statusOf } from "./http-door.ts";
import { clientOf, never } from "./socket-client.ts";

/** Stands still again and again, as on a machine that has no time for it. */
async function starve(daemon: DaemonProcess, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await daemon.kill("SIGSTOP");
    await wait(400);
    await daemon.kill("SIGCONT");
    await wait(40);
  }
}

promise(
  "share.pressure",
  "a daemon that comes too late refuses new calls with a time to come back; what runs goes on, and all is well again afterwards",
  async () => {
    await using daemon = await startDaemon();
    await using client = clientOf(daemon);
    const running = await client.start("echo", { input: { text: "patient", delayMs: 5000 } }, never);
    const enough = new AbortController();
    const starving = starve(daemon, enough.signal);
    await expect.poll(async () => (await statusOf(daemon)).pressure, { timeout: 30_000 }).toBe("critical");
    enough.abort();
    await starving;
    await expect(client.start("echo", { input: { text: "new" } }, never)).rejects.toMatchObject({
      code: "admission.overloaded",
      retry: { safe: true, afterMs: expect.any(Number) },
    });
    expect(["running", "succeeded"]).toContain((await client.request("call.get", { call: running.id }, never)).phase);
    expect(await running.result()).toMatchObject({ phase: "succeeded", result: { content: "patient" } });
    await expect.poll(async () => (await statusOf(daemon)).pressure, { timeout: 60_000 }).not.toBe("critical");
    const again = await client.start("echo", { input: { text: "new" } }, never);
    expect((await again.result()).phase).toBe("succeeded");
  },
  120_000,
);
