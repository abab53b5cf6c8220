import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { principalView } from "../../../src/protocol/access-methods.ts";
import type { FaultView } from "../../../src/protocol/fault.ts";
import { methods } from "../../../src/protocol/methods.ts";
import type { UpstreamView } from "../../../src/protocol/upstream-views.ts";
import type { DaemonProcess } from "../../support/daemon.ts";
import { startDaemon } from "../../support/daemon.ts";
import { ask, type Door } from "../http-door.ts";

const folder = join(import.meta.dirname, "../../programs");

/** An entry of `mcpServers`: a program of the tests. */
export function program(name: string, args: readonly string[] = [], more: object = {}): object {
  return { command: process.execPath, args: [join(folder, `${name}.ts`), ...args], for: "everybody", ...more };
}

/** One that misbehaves in a way of its own once it is called. */
export function misbehaving(how: string, more: object = {}): object {
  return program("mcp-misbehaves", [how], more);
}

/** A daemon with servers behind it, which run as its own user, for every principal. */
export async function daemonOver(servers: object, env: Readonly<Record<string, string>> = {}): Promise<DaemonProcess> {
  return await startDaemon({
    env: {
      EXAI_MCP_SERVERS: JSON.stringify(servers),
      EXAI_EXEC_MIN_CONFINEMENT: "C",
      EXAI_ROOTS: tmpdir(),
      ...env,
    },
  });
}

/** A place that goes with the test, inside the roots. */
export async function place(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "exai-upstream-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What the file says once it says what is waited for. */
export async function fileSays(path: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The door of a principal of its own. */
export async function doorOf(daemon: DaemonProcess, name: string): Promise<Door> {
  const post = async (path: string, body: object) =>
    await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json();
  const { id } = principalView.parse(await post("/api/v1/principals", { name }));
  const request = { name, principal: id, scopes: ["tools"], roots: [tmpdir()] };
  const { token } = methods["token.create"].result.parse(await post("/api/v1/tokens", request));
  return { url: daemon.url, token };
}

export async function toolsOf(door: Door): Promise<string[]> {
  const { tools } = methods["tools.list"].result.parse(await (await ask(door, "/api/v1/tools")).json());
  return tools.map(({ name }) => name);
}

export async function upstreamsOf(door: Door): Promise<UpstreamView[]> {
  const answer = await (await ask(door, "/api/v1/upstreams")).json();
  return methods["upstream.list"].result.parse(answer).upstreams;
}

/** What came of a call: its result or its fault, also where it was refused. */
export interface Told {
  call?: string;
  content?: string;
  fault?: FaultView;
}

/** Calls a tool over HTTP and waits for its end; as often as a busy machine refuses it. */
export async function use(door: Door, tool: string, given: object = {}): Promise<Told> {
  for (;;) {
    const init = { method: "POST", body: JSON.stringify({ tool, arguments: given }), headers: { prefer: "wait=60" } };
    const answer = (await (await ask(door, "/api/v1/execute", init)).json()) as {
      call?: string;
      result?: { content: string };
      fault?: FaultView;
    };
    const { call, result, fault } = answer;
    if (call === undefined && fault?.code === "admission.overloaded") {
      await new Promise((resolve) => setTimeout(resolve, fault.retry.afterMs));
      continue;
    }
    return { ...(call && { call }), ...(result && { content: result.content }), ...(fault && { fault }) };
  }
}
