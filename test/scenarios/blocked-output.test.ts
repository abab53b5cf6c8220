import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { program } from "../programs/programs.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { ask, execute } from "./http-door.ts";
import { clientOf, startPatiently } from "./socket-client.ts";

/** More than is kept of one command's output where little may be kept in all. */
const written = 40 * 1024 * 1024;
const pageBytes = 1024 * 1024;
const lookMs = 20;
const input = { argv: program("writes-line", String(written)), cwd: "/tmp", overflow: "block" };

async function smallDaemon(): Promise<DaemonProcess> {
  return await startDaemon({
    env: {
      EXAI_EXEC_ALLOW: process.execPath,
      EXAI_ROOTS: "/tmp",
      EXAI_DATA_MAX_BYTES: String(64 * 1024 * 1024),
      EXAI_DISCONNECT_GRACE_SECS: "1",
    },
  });
}

/** An answer about the output, once there is one. */
async function begun(daemon: DaemonProcess, path: string, headers: Record<string, string> = {}): Promise<Response> {
  for (;;) {
    const answer = await ask(daemon, path, { headers });
    if (answer.status !== 404) return answer;
    await answer.body?.cancel();
    await wait(lookMs);
  }
}

/** How much a reader got in pages, and what it was told was gone, to the end of the output. */
async function inPages(daemon: DaemonProcess, call: string): Promise<{ bytes: number; holes: string[] }> {
  const got = { bytes: 0, holes: [] as string[] };
  for (let offset = 0; ; ) {
    const page = await begun(daemon, `/api/v1/calls/${call}/output?offset=${offset}&limit=${pageBytes}`);
    const { byteLength } = await page.arrayBuffer();
    if (byteLength === 0) await wait(lookMs);
    got.bytes += byteLength;
    got.holes.push(...[page.headers.get("exai-hole") ?? []].flat());
    offset = Number(page.headers.get("exai-next-offset"));
    if (page.headers.get("exai-complete") === "true") return got;
  }
}

/** The same of one stream of events. */
async function inEvents(daemon: DaemonProcess, call: string): Promise<{ bytes: number; holes: string[] }> {
  const headers = { accept: "text/event-stream" };
  const text = await (await begun(daemon, `/api/v1/calls/${call}/output`, headers)).text();
  const pieces = [...text.matchAll(/^data: (\{"offset":.+)$/gm)].map(([, data = ""]) => JSON.parse(data));
  const bytes = pieces.reduce((sum, { base64 = "" }) => sum + Buffer.from(base64, "base64").length, 0);
  return { bytes, holes: pieces.filter(({ to }) => to !== undefined) };
}

promise(
  "lost.any-connection",
  "a command that waits at the cap of its output goes on for who reads it over HTTP, where it was started without a session",
  async () => {
    await using daemon = await smallDaemon();
    for (const read of [inPages, inEvents]) {
      const { call } = await execute(daemon, { tool: "exec", arguments: input }, "wait=0");
      expect(await read(daemon, call)).toEqual({ bytes: written, holes: [] });
    }
  },
);

promise(
  "lost.any-connection",
  "a command that waits at the cap of its output goes on for whoever reads it, once the session that started it has left",
  async () => {
    await using daemon = await smallDaemon();
    const client = clientOf(daemon);
    const { id } = await startPatiently(client, "exec", { input: { ...input, detached: true }, detached: true });
    await client[Symbol.asyncDispose]();
    expect(await inPages(daemon, id)).toEqual({ bytes: written, holes: [] });
  },
);
