import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { Fault } from "../../src/protocol/fault.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { statusOf } from "./http-door.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

/** A machine that has little time for it: what it has to do makes it late. */
async function starve(daemon: DaemonProcess, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await daemon.kill("SIGSTOP");
    await wait(400);
    await daemon.kill("SIGCONT");
    await wait(40);
  }
}

/** Asks for more and more, until it is told not to. */
async function flood(client: Client, name: string): Promise<Fault> {
  for (let turn = 0; ; turn++) {
    try {
      const call = await client.start("echo", { input: { text: `${name} ${turn} `.padEnd(200_000, "x") } }, never);
      await call.result();
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }
}

promise(
  "share.pressure",
  "a daemon that comes too late refuses new calls with a time to come back; what runs goes on, and all is well again afterwards",
  async () => {
    // As late as it may be by default.
    await using daemon = await startDaemon({ env: { EXAI_OVERLOAD_LATE_SECS: "" } });
    await using client = clientOf(daemon);
    const running = await startPatiently(client, "echo", { input: { text: "patient", delayMs: 5000 } });
    const enough = new AbortController();
    const starving = starve(daemon, enough.signal);
    const refused = await Promise.all(Array.from({ length: 8 }, (_, lane) => flood(client, `lane ${lane}`)));
    enough.abort();
    await starving;
    for (const { code, retry } of refused) {
      expect(code).toBe("admission.overloaded");
      expect(retry).toEqual({ safe: true, afterMs: expect.any(Number) });
    }
    expect(["running", "succeeded"]).toContain((await client.request("call.get", { call: running.id }, never)).phase);
    expect(await running.result()).toMatchObject({ phase: "succeeded", result: { content: "patient" } });
    while ((await statusOf(daemon)).pressure === "critical") await wait(100);
    const again = await startPatiently(client, "echo", { input: { text: "new" } });
    expect((await again.result()).phase).toBe("succeeded");
  },
);
