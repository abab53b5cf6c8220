import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { ask } from "../http-door.ts";
import { StdioClient, textOf } from "./stdio-client.ts";

const patient = 60_000;

promise(
  ["lost.reconnect", "share.same-call"],
  "sixteen calls over one shim outlive a kill of the daemon: each is answered once, its own answer, and ran once",
  async () => {
    await using daemon = await startDaemon();
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    const ids = Array.from({ length: 16 }, (_, n) => n + 1);
    for (const id of ids)
      client.send({
        id,
        method: "tools/call",
        params: { name: "echo", arguments: { text: `no ${id}`, delayMs: 2500 } },
      });
    await expect.poll(() => calls(daemon), { timeout: patient }).toHaveLength(16);
    await daemon.kill("SIGKILL");
    await daemon.restart();
    for (const id of ids) expect(textOf(await client.answer(id))).toBe(`no ${id}`);
    // Whatever was asked before it was answered before it, so nothing more is on its way.
    await client.request("tools/list");
    for (const id of ids) expect(client.answersTo(id)).toHaveLength(1);
    expect(await calls(daemon)).toHaveLength(16);
    expect(await client.end()).toBe(0);
  },
  patient,
);

async function calls(daemon: DaemonProcess): Promise<unknown[]> {
  const answer = await ask(daemon, "/api/v1/calls?limit=200");
  return ((await answer.json()) as { calls: unknown[] }).calls;
}
