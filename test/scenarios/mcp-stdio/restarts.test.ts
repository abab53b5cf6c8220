import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { ask } from "../http-door.ts";
import { StdioClient, textOf } from "./stdio-client.ts";

promise(
  ["lost.reconnect", "share.same-call"],
  "sixteen calls over one shim outlive a kill of the daemon: each is answered once, its own answer, and ran once",
  async () => {
    await using daemon = await startDaemon();
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    const texts = Array.from({ length: 16 }, (_, n) => `no ${n}`);
    const asked = texts.map((text) => client.call("echo", { text, delayMs: 2500 }));
    await expect.poll(() => calls(daemon)).toHaveLength(16);
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

promise(
  ["lost.reconnect", "lost.sigterm"],
  "what is asked while the daemon drains is held back and answered by the next one, and nothing is told of that",
  async () => {
    await using daemon = await startDaemon();
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    const running = client.call("echo", { text: "to its end", delayMs: 6000 });
    await expect.poll(() => calls(daemon)).toHaveLength(1);
    await daemon.kill("SIGTERM");
    await expect.poll(() => refusal(daemon)).toBe("admission.draining");
    const held = client.request("tools/call", { name: "echo", arguments: { text: "held back" } });
    await daemon.ended();
    expect(client.answered).not.toContain(client.lastId);
    await daemon.restart();
    expect([textOf(await running), textOf(await held)]).toEqual(["to its end", "held back"]);
    expect(client.answered).toHaveLength(new Set(client.answered).size);
  },
);

/** With which code a call is refused now. */
async function refusal(daemon: DaemonProcess): Promise<string | undefined> {
  const body = JSON.stringify({ tool: "echo", arguments: { text: "" } });
  const answer = await ask(daemon, "/api/v1/execute", { method: "POST", body });
  return ((await answer.json()) as { fault?: { code: string } }).fault?.code;
}

async function calls(daemon: DaemonProcess): Promise<unknown[]> {
  const answer = await ask(daemon, "/api/v1/calls?limit=200");
  return ((await answer.json()) as { calls: unknown[] }).calls;
}
