import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "../../../src/client/client.ts";
import type { CallView } from "../../../src/protocol/result.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import type { VendorServer } from "../../support/vendor-server.ts";
import type { StepData } from "../../support/workflow-bench.ts";
import { ask, type Door } from "../http-door.ts";
import { startPatiently } from "../socket-client.ts";

/** A folder of somebody's, with files in it. */
export class Desk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async open(files: Readonly<Record<string, string>> = {}): Promise<Desk> {
    const desk = new Desk(await mkdtemp(join(tmpdir(), "exai-desk-")));
    for (const [path, text] of Object.entries(files)) await desk.put(path, text);
    return desk;
  }

  async put(path: string, text: string): Promise<string> {
    const whole = join(this.path, path);
    await mkdir(dirname(whole), { recursive: true });
    await writeFile(whole, text);
    return whole;
  }

  /** A repository whose last commit has all that is here now. */
  async commit(): Promise<void> {
    const env = { PATH: process.env["PATH"], HOME: this.path, GIT_CONFIG_NOSYSTEM: "1" };
    const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: this.path, env });
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", "--all");
    await git("-c", "user.name=Desk", "-c", "user.email=desk@example.org", "commit", "--quiet", "-m", "All of it");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

const slots = { EXAI_WS_GLM_MAX_INFLIGHT: "16", EXAI_WS_SESSION_MAX_INFLIGHT: "16" };

/** A daemon whose roots are these folders, with a vendor where one is given. */
export async function daemonOver(
  desks: readonly Desk[],
  vendor?: VendorServer,
  env: Readonly<Record<string, string>> = {},
): Promise<DaemonProcess> {
  const glm = vendor === undefined ? {} : { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl };
  return await startDaemon({ env: { ...glm, ...slots, EXAI_ROOTS: desks.map(({ path }) => path).join(","), ...env } });
}

/** A principal of its own, who may read one folder. */
export async function doorOf(daemon: DaemonProcess, name: string, desk: Desk): Promise<Door> {
  const post = async (path: string, body: object): Promise<Record<string, string>> =>
    (await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json()) as Record<string, string>;
  const { id: principal } = await post("/api/v1/principals", { name });
  const { token = "" } = await post("/api/v1/tokens", { name, principal, roots: [desk.path] });
  return { url: daemon.url, token };
}

export interface Taken extends StepData {
  content: string;
  call: CallView["call"];
}

/** The answer to one step over the socket. */
export async function takeOver(client: Client, tool: string, input: Record<string, unknown>): Promise<Taken> {
  const { phase, result, fault, call } = await (await startPatiently(client, tool, { input })).result();
  if (phase !== "succeeded" || result?.data === undefined) throw new Error(`${tool}: ${JSON.stringify(fault)}`);
  return { ...(result.data as StepData), content: result.content, call };
}

/** The messages of one request that the vendor got, as `role: text`. */
export function messagesOf(vendor: VendorServer, request: number): string[] {
  const { messages = [] } = (vendor.seen[request]?.body ?? {}) as { messages?: { role: string; content: unknown }[] };
  return messages.map(
    ({ role, content }) => `${role}: ${typeof content === "string" ? content : JSON.stringify(content)}`,
  );
}

/** How often a text holds a word. */
export function times(text: string, word: string): number {
  return text.split(word).length - 1;
}
