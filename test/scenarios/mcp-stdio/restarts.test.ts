import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { ask } from "../http-door.ts";
import { StdioClient, textOf } from "./stdio-client.ts";

const patient = 90_000;

promise(
  ["lost.reconnect", "share.same-call"],
  "sixteen calls over one shim outlive a kill of the daemon: each is answered once, its own answer, and ran once",
  async () => {
    await using daemon = await startDaemon();
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    const texts = Array.from({ length: 16 }, (_, n) => `no ${n}`);
    const asked = texts.map((text) => client.call("echo", { text, delayMs: 2500 }));
    await expect.poll(() => calls(daemon), { timeout: patient }).toHaveLength(16);
    await daemon.kill("SIGKILL");
    await daemon.restart();
    expect((await Promise.all(asked)).map(textOf)).toEqual(texts);
    // Whatever was asked before it was answered before it, so nothing more is on its way.
    await client.request("tools/list");
    expect(client.answered).toHaveLength(new Set(client.answered).size);
    expect(await calls(daemon)).toHaveLength(16);
    expect(await client.end()).toBe(0);
  },
);

async function calls(daemon: DaemonProcess): Promise<unknown[]> {
  const answer = await ask(daemon, "/api/v1/calls?limit=200");
  return ((await answer.json()) as { calls: unknown[] }).calls;
}
