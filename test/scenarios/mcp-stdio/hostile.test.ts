import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { memoryOf } from "../memory-of.ts";
import { lives } from "./official-client.ts";
import { launcher, StdioClient, textOf } from "./stdio-client.ts";

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startDaemon();
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
});

promise(
  "auth.frames",
  "what a client writes that cannot be carried is answered with what was wrong, and the next message is taken",
  async () => {
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    client.write("no json\n\n[]\n7\n");
    await expect
      .poll(() => client.said.filter(({ id }) => id === null).map(({ error }) => error?.code))
      .toEqual([-32700, -32600, -32600]);
    const deep = `${"[".repeat(90)}${"]".repeat(90)}`;
    client.write(`{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":${deep}}\n`);
    expect((await client.answer("deep")).error?.data?.code).toBe("input.invalid");
    // Above the daemon's limit for a frame, and above what is held in memory.
    for (const megabytes of [2, 160]) {
      const id = `large ${megabytes}`;
      client.write(`{"jsonrpc":"2.0","params":{"name":"echo","arguments":{"text":"`);
      for (let part = 0; part < megabytes; part++) client.write("x".repeat(1024 * 1024));
      client.write(`"}},"method":"tools/call","id":${JSON.stringify(id)}}\n`);
      const { error } = await client.answer(id);
      expect(error?.data?.code).toBe("input.too-large");
    }
    client.send({ method: "notifications/unheard-of", params: {} });
    client.send({ id: "stray", result: {} });
    expect(textOf(await client.call("echo", { text: "still here" }))).toBe("still here");
    expect(memoryOf(client.child.pid ?? 0)).toBeLessThan(300 * 1024 * 1024);
  },
);

test("an id that is used twice at once is refused, and one that is used again later is another request", async () => {
  await using client = await StdioClient.open({ env: daemon.clientEnv });
  const args = { uri: "exai://nothing" };
  // In one piece: nothing is answered between the two.
  const twice = [{ method: "resources/read", params: args }, { method: "ping" }];
  client.write(twice.map((asked) => `${JSON.stringify({ jsonrpc: "2.0", id: 7, ...asked })}\n`).join(""));
  const codes = () => client.said.filter(({ id }) => id === 7).map(({ error }) => error?.code);
  await expect.poll(() => codes().length).toBe(2);
  expect(codes().filter((code) => code === -32600)).toHaveLength(1);
  client.said.length = 0;
  expect((await client.request("ping", {}, 7)).result).toEqual({});
});

promise(
  "leak.memory",
  "a client that reads nothing keeps little in memory here and there, and gets everything once it reads",
  async () => {
    await using client = await StdioClient.open({ env: daemon.clientEnv });
    client.child.stdout.pause();
    const text = "y".repeat(60_000);
    // Each is answered with its whole text: an id that no client would choose.
    const ids = Array.from({ length: 400 }, (_, n) => `${n} ${text}`);
    for (const id of ids) client.send({ id, method: "ping" });
    const shim = client.child.pid ?? 0;
    // It has come to rest when it takes no more of what we write.
    let before = -1;
    await expect
      .poll(
        () => {
          const waiting = client.child.stdin.writableLength;
          const rests = waiting === before;
          before = waiting;
          return rests;
        },
        { interval: 500 },
      )
      .toBe(true);
    expect(memoryOf(shim)).toBeLessThan(300 * 1024 * 1024);
    client.child.stdout.resume();
    for (const id of ids) expect((await client.answer(id)).result).toEqual({});
    expect(client.answered).toHaveLength(new Set(client.answered).size);
  },
);

promise("leak.process", "a shim ends with its parent, also where its pipes stay open, and leaves nothing", async () => {
  // A parent that hands its own pipes on, and is killed: the pipes are ours and stay open.
  const script = `const { spawn } = require("node:child_process");
      const shim = spawn(process.execPath, [${JSON.stringify(launcher)}, "mcp"], { stdio: "inherit" });
      process.stderr.write(String(shim.pid) + "\\n");`;
  // One that both ends of are ours: the runtime closes a pipe of its own as soon as the parent is gone.
  const input = join(mkdtempSync(join(tmpdir(), "exai-input-")), "fifo");
  execFileSync("mkfifo", [input]);
  const fifo = openSync(input, "r+");
  const parent = spawn(process.execPath, ["-e", script], { env: daemon.clientEnv, stdio: [fifo, "pipe", "pipe"] });
  const { stdout, stderr } = parent;
  if (stdout === null || stderr === null) throw new Error("Expected pipes");
  const closed = once(parent, "close");
  const [said] = (await once(stderr, "data")) as [Buffer];
  const shim = Number(said.toString());
  writeSync(fifo, '{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await once(stdout, "data");
  expect(lives(shim)).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(() => lives(shim)).toBe(false);
  closeSync(fifo);
  rmSync(dirname(input), { recursive: true });
  stdout.destroy();
  stderr.destroy();
  await closed;
});

promise("leak.process", "a shim ends when its input ends, and when nobody reads its answers", async () => {
  await using client = await StdioClient.open({ env: daemon.clientEnv });
  expect(await client.end()).toBe(0);
  await using deaf = await StdioClient.open({ env: daemon.clientEnv });
  deaf.child.stdout.destroy();
  deaf.send({ id: 1, method: "ping" });
  expect(await deaf.ended()).not.toBe("SIGKILL");
});
