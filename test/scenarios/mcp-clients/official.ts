import { setTimeout as wait } from "node:timers/promises";
import { Client, type ElicitResult, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FormerStdioTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as FormerHttpTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { launcher } from "../mcp-stdio/stdio-client.ts";

/** The official clients, by what they speak. */
const kinds = ["2.4 of 2025-11-25", "2.4 of 2026-07-28", "1.x"] as const;
const ways = ["HTTP", "stdio"] as const;
export type Kind = (typeof kinds)[number];

/** Every official client over every way. */
export const officials = kinds.flatMap((kind) => ways.map((way) => ({ kind, way })));
export type Official = (typeof officials)[number];

/** Each official client over one of the ways, for what the way makes no difference to. */
export const officialsOnce = officials.filter(({ kind, way }) => (way === "stdio") === (kind === "2.4 of 2026-07-28"));

/** Where a daemon is reached, over either way. */
export interface Reach {
  url: string;
  token: string;
  /** The environment of a shim, and where its client starts it. */
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/** What was answered to a tool's call. */
export interface Answer {
  content?: unknown;
  isError?: boolean | undefined;
  structuredContent?: Readonly<Record<string, unknown>> | undefined;
}

/** What the user makes of a form. */
export type OnQuestion = (message: string, signal: AbortSignal) => Promise<ElicitResult>;

export interface CallOptions {
  signal?: AbortSignal;
  timeout?: number;
  onprogress?: (progress: { message?: string | undefined }) => void;
  /** Told each position in the stream of the answer, where there is one. */
  onresumptiontoken?: (position: string) => void;
}

type Ask = (name: string, args: Record<string, unknown>, options: CallOptions) => Promise<Answer>;

interface Connected {
  newer?: Client;
  former?: FormerClient;
  ask: Ask;
  /** Told before it closes. */
  leaving?: () => void;
}

const itself = { name: "official", version: "1" };
const withForms = { elicitation: { form: {} } };
const reconnectionOptions = {
  initialReconnectionDelay: 100,
  maxReconnectionDelay: 1000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 100,
};

/** An official client that is connected, over HTTP itself or over a shim that it has started. */
export class OfficialClient implements AsyncDisposable {
  /** The client itself, where it is one of the kind. */
  readonly newer: Client | undefined;
  readonly former: FormerClient | undefined;
  readonly #ask: Ask;
  readonly #leaving: () => void;

  private constructor({ newer, former, ask, leaving = () => {} }: Connected) {
    this.newer = newer;
    this.former = former;
    this.#ask = ask;
    this.#leaving = leaving;
  }

  static async connect(official: Official, reach: Reach, onQuestion?: OnQuestion): Promise<OfficialClient> {
    const { kind } = official;
    return kind === "1.x"
      ? await connectFormer(official, reach, onQuestion)
      : await connectNewer({ ...official, kind }, reach, onQuestion);
  }

  static of(parts: Connected): OfficialClient {
    return new OfficialClient(parts);
  }

  /** Calls a tool, again where a machine that is busy with other things refuses it. */
  async call(name: string, args: Record<string, unknown>, options: CallOptions = {}): Promise<Answer> {
    for (;;) {
      const answer = await this.#ask(name, args, options);
      const { fault } = (answer.structuredContent ?? {}) as { fault?: { code: string } };
      if (fault?.code !== "admission.overloaded") return answer;
      await wait(1000);
    }
  }

  /** The answer of a call that ends later than its handle comes; each request as patient as the options say. */
  async callToEnd(name: string, args: Record<string, unknown>, options: CallOptions = {}): Promise<Answer> {
    let answer = await this.call(name, args, options);
    for (let next = nextIn(answer); next !== undefined; next = nextIn(answer))
      answer = await this.call(next.tool, next.arguments, options);
    return answer;
  }

  async tools(): Promise<{ name: string; execution?: unknown }[]> {
    return (await (this.newer ?? this.former)?.listTools())?.tools ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving();
    await this.newer?.close();
    await this.former?.close();
  }
}

/** The call that an answer says to make, where it is none yet. */
export function nextIn({
  structuredContent = {},
}: Answer): { tool: string; arguments: Record<string, unknown> } | undefined {
  const { status, next } = structuredContent as { status?: string; next?: ReturnType<typeof nextIn> };
  return status === "running" ? next : undefined;
}

/** The text of an answer. */
export function textOf({ content }: Answer): string {
  const [first] = (content ?? []) as { text?: string }[];
  return first?.text ?? "";
}

async function connectNewer(
  { kind, way }: Official & { kind: Exclude<Kind, "1.x"> },
  reach: Reach,
  onQuestion: OnQuestion | undefined,
): Promise<OfficialClient> {
  const mode = kind === "2.4 of 2025-11-25" ? ("legacy" as const) : { pin: "2026-07-28" };
  const client = new Client(itself, {
    capabilities: onQuestion === undefined ? {} : withForms,
    versionNegotiation: { mode },
  });
  if (onQuestion !== undefined)
    client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq }) =>
      onQuestion(params.message, mcpReq.signal),
    );
  const transport =
    way === "HTTP" ? new StreamableHTTPClientTransport(...addressOf(reach)) : new StdioClientTransport(shimOf(reach));
  await client.connect(transport);
  const ask: Ask = async (name, args, options) =>
    (await client.callTool({ name, arguments: args }, patient(options))) as Answer;
  return OfficialClient.of({ newer: client, ask });
}

async function connectFormer(
  { way }: Official,
  reach: Reach,
  onQuestion: OnQuestion | undefined,
): Promise<OfficialClient> {
  const client = new FormerClient(itself, { capabilities: onQuestion === undefined ? {} : withForms });
  if (onQuestion !== undefined)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => onQuestion(params.message, signal));
  const [url, options] = addressOf(reach);
  const transport = way === "HTTP" ? new FormerHttpTransport(url, options) : new FormerStdioTransport(shimOf(reach));
  // Its own types know no exact optional properties.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const ask: Ask = async (name, args, options) =>
    (await client.callTool({ name, arguments: args }, CallToolResultSchema, patient(options))) as Answer;
  // Of several streams that it is about to go on with, its close forgets one alone.
  const leaving = () => void Object.assign(options.reconnectionOptions, { maxRetries: 0 });
  return OfficialClient.of({ former: client, ask, leaving });
}

function addressOf({ url, token }: Reach) {
  const headers = { authorization: `Bearer ${token}` };
  return [
    new URL(`${url}/mcp`),
    { requestInit: { headers }, reconnectionOptions: { ...reconnectionOptions } },
  ] as const;
}

function shimOf({ env, cwd }: Reach) {
  return { command: process.execPath, args: [launcher, "mcp"], env: { ...env }, cwd, stderr: "ignore" as const };
}

/** A machine that is busy with other things is waited for. */
function patient(options: CallOptions): CallOptions & { timeout: number } {
  return { timeout: 120_000, ...options };
}
