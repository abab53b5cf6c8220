import { expect } from "vitest";
import { SystemClock } from "../../../src/base/clock.ts";
import { promise } from "../../promise.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { temporaryFolder } from "../../support/core.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { ask } from "../http-door.ts";
import { markedProcesses } from "../marked-processes.ts";
import { StdioClient, textOf } from "./stdio-client.ts";

interface Seen {
  call: string;
  tool: string;
  phase: string;
  sharedWith?: string;
}

async function calls(daemon: DaemonProcess): Promise<Seen[]> {
  const answer = await ask(daemon, "/api/v1/calls?limit=200");
  return ((await answer.json()) as { calls: Seen[] }).calls;
}

promise(
  "share.same-call",
  "a client whose shim is killed and that asks again gets what it asked for, run once",
  async () => {
    await using daemon = await startDaemon();
    const wish = { text: "once", delayMs: 3000 };
    {
      await using first = await StdioClient.open({ env: daemon.clientEnv });
      first.call("echo", wish).catch(() => {});
      await expect.poll(async () => (await calls(daemon)).length).toBe(1);
    }
    await using second = await StdioClient.open({ env: daemon.clientEnv });
    expect(textOf(await second.call("echo", wish))).toBe("once");
    const [joined, first] = await calls(daemon);
    expect(joined).toMatchObject({ phase: "succeeded", sharedWith: first?.call });
    expect(first).toMatchObject({ phase: "succeeded" });
  },
);

promise(
  "proc.disconnect",
  "a command whose client's shim has gone is ended after the grace time, and a chat goes on",
  async () => {
    await using folder = await temporaryFolder();
    const settings = { EXAI_EXEC_ALLOW: "sh", EXAI_ROOTS: folder.path, EXAI_DISCONNECT_GRACE_SECS: "1" };
    await using daemon = await startDaemon({ env: settings });
    {
      await using client = await StdioClient.open({ env: daemon.clientEnv, cwd: folder.path });
      const argv = ["sh", "-c", "sleep 300"];
      client.call("exec", { argv }).catch(() => {});
      client.call("echo", { text: "on", delayMs: 4000 }).catch(() => {});
      await expect.poll(async () => (await calls(daemon)).length).toBe(2);
      await expect.poll(() => markedProcesses(daemon.home).length).toBeGreaterThan(0);
    }
    await expect.poll(() => markedProcesses(daemon.home)).toEqual([]);
    const phases = async () => Object.fromEntries((await calls(daemon)).map(({ tool, phase }) => [tool, phase]));
    await expect.poll(phases).toEqual({ exec: "cancelled", echo: "succeeded" });
  },
);

promise(
  ["lost.step-once", "lost.reconnect"],
  "a model that is being asked when the connection is cut is asked once, and a cancel said meanwhile reaches it",
  async () => {
    await using vendor = await VendorServer.open();
    const nowhere = { host: "127.0.0.1", port: 1 };
    await using proxy = await ChaosProxy.open({ target: nowhere, clock: new SystemClock(), plan: () => ({}) });
    const EXAI_ALLOWED_HOSTS = `127.0.0.1:${proxy.port}`;
    await using daemon = await startDaemon({ env: { CUSTOM_API_URL: vendor.baseUrl, EXAI_ALLOWED_HOSTS } });
    proxy.target = { host: "127.0.0.1", port: Number(new URL(daemon.url).port) };
    const gate = Promise.withResolvers<void>();
    vendor.otherwise = (prompt) =>
      prompt.includes("forever") ? { kind: "hang" } : { kind: "answer", text: "told", before: () => gate.promise };
    const env = { ...daemon.clientEnv, EXAI_URL: `http://${EXAI_ALLOWED_HOSTS}`, EXAI_TOKEN: daemon.token };
    await using client = await StdioClient.open({ env });
    const chat = (prompt: string) => client.call("chat", { prompt, model: "custom/small-1" });
    const told = chat("tell me");
    await vendor.arrived(1);
    const forever = chat("forever").catch(() => {});
    await vendor.arrived(2);
    const cancelled = client.lastId;
    proxy.cutAll();
    client.send({ method: "notifications/cancelled", params: { requestId: cancelled } });
    expect(await vendor.seen[1]?.over).toBe("early");
    gate.resolve();
    expect(textOf(await told)).toContain("told");
    await expect
      .poll(async () => (await calls(daemon)).map(({ phase }) => phase).sort())
      .toEqual(["cancelled", "succeeded"]);
    expect(vendor.seen).toHaveLength(2);
    expect(client.answered).toHaveLength(new Set(client.answered).size);
    expect(client.answered).not.toContain(cancelled);
    await client[Symbol.asyncDispose]();
    await forever;
  },
);

promise(
  "lost.reconnect",
  "a daemon that is gone is started again when the client asks, and found wherever it listens then",
  async () => {
    await using daemon = await startDaemon();
    const env = { ...daemon.clientEnv, EXAI_AUTOSTART: "1", EXAI_WS_PORT: "0", EXAI_EXEC_CONFINEMENT: "C" };
    await using client = await StdioClient.open({ env });
    const asked = client.call("echo", { text: "over it", delayMs: 6000 });
    await expect.poll(async () => (await calls(daemon)).length).toBe(1);
    await daemon.kill("SIGKILL");
    expect(textOf(await asked)).toBe("over it");
    const [, pid = ""] = /started a daemon in the background, process (\d+)/.exec(client.stderr) ?? [];
    expect(pid).not.toBe("");
    // What is idle starts nothing.
    process.kill(Number(pid), "SIGTERM");
    await expect.poll(() => isGone(Number(pid))).toBe(true);
    await daemon.restart();
    expect(textOf(await client.call("echo", { text: "and back" }))).toBe("and back");
    expect(client.stderr.match(/started a daemon/g)).toHaveLength(1);
  },
);

promise(
  "say.faults",
  "where no daemon may be started the client is told so at once, and let in once one runs",
  async () => {
    await using daemon = await startDaemon();
    await daemon.stop();
    await using client = new StdioClient({ env: daemon.clientEnv });
    const refused = await client.request("initialize", {});
    expect(refused.error?.data?.code).toBe("client.disconnected");
    expect(refused.error?.message).toContain("none runs on");
    await daemon.restart();
    expect((await client.request("ping")).result).toEqual({});
  },
);

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
