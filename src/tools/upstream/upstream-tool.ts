import { createHash } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import type { CallContext } from "../../core/calls/work.ts";
import { matches } from "../../core/tenants/scopes.ts";
import type { Tool } from "../../core/tools/tool.ts";
import { misfit } from "../../core/upstreams/input-check.ts";
import { plainSchema } from "../../core/upstreams/plain-schema.ts";
import type { UpstreamServer } from "../../core/upstreams/server.ts";
import type { UpstreamProgress, UpstreamTool } from "../../core/upstreams/upstream.ts";
import type { Lease } from "../../core/upstreams/upstream-session.ts";
import type { Upstreams } from "../../core/upstreams/upstreams.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Result } from "../../protocol/result.ts";

/** A server's word on how far it is is taken no more often, and no more than so many times a call. */
const progressEveryMs = 200;
const mostProgress = 1000;

export interface UpstreamToolParts {
  upstreams: Pick<Upstreams, "enter">;
  clock: Clock;
  /** How long a call may take where the server's entry does not say. */
  timeoutMs: number;
}

const withStructured = z.looseObject({ structured: z.unknown() });

/** What is offered: a server's tool by its name, and what the server says of it, where that is known yet. */
export interface Offered {
  server: UpstreamServer;
  name: string;
  known?: UpstreamTool;
}

/**
 * A tool of a server behind the daemon as a tool of the daemon. What the operator does not vouch for as read-only is
 * done at most once: where nobody knows whether it was, the call says so.
 */
export function upstreamTool(parts: UpstreamToolParts, { server, name, known }: Offered): Tool {
  const isReadOnly = isOneOf(server.readOnly, name);
  const isIdempotent = isReadOnly || isOneOf(server.idempotent, name);
  return {
    name: `${server.name}.${name}`,
    title: known === undefined ? name : `${known.title} (${server.title ?? server.name})`,
    description: known?.description ?? `A tool of the server ${server.name}.`,
    input: inputOf(known),
    ...(known !== undefined && { inputSchema: known.inputSchema }),
    ...(known?.outputSchema && { outputSchema: dataSchemaOf(known.outputSchema) }),
    annotations: {
      readOnlyHint: isReadOnly,
      destructiveHint: !isReadOnly,
      idempotentHint: isIdempotent,
      openWorldHint: true,
    },
    version: versionOf(server, known),
    scope: "tools",
    lane: "work",
    // What only reads may answer otherwise the next moment.
    idempotent: isOneOf(server.idempotent, name),
    resumable: true,
    onDisconnect: "keep",
    timeoutMs: () => server.timeoutMs ?? parts.timeoutMs,
    run: (context, input) => run(parts, { server, name, isReadOnly }, { context, input }),
  };
}

/** Slots of one principal at one server. */
export function slotsOf(server: string): string {
  return `mcp-${server}`;
}

async function run(
  { upstreams, clock }: UpstreamToolParts,
  { server, name, isReadOnly }: { server: UpstreamServer; name: string; isReadOnly: boolean },
  { context, input }: { context: CallContext; input: Readonly<Record<string, unknown>> },
): Promise<Result> {
  const { owner, signal } = context;
  using _slot = await context.slot(`${slotsOf(server.name)}:${owner.principal}`, signal);
  using lease = await upstreams.enter(server.name, owner, signal);
  const tool = toolOf(lease, server, name);
  const wrong = misfit(tool.inputSchema, input);
  if (wrong !== undefined) throw refused(server.name, name, wrong);
  const onProgress = steadied(clock, (progress) => context.emit("call.progress", progress));
  const answer = async (until: AbortSignal) => {
    const span = context.span("upstream", { "exai.upstream": server.name, "exai.upstream.tool": name });
    const { traceparent } = span;
    const ask = (prompt: string, schema?: unknown) => context.ask(prompt, schema);
    try {
      const result = await lease.call({ tool, input, traceparent, onProgress, ask }, until);
      mustFit(result, { server, tool });
      span.end({});
      return result;
    } catch (error) {
      span.end({ failed: error instanceof Fault ? error.code : "cancelled" });
      throw error;
    }
  };
  if (isReadOnly) return await context.step("answer", answer);
  const step = await context.unsafeStep("answer", answer);
  if (step.outcome === "done") return step.value;
  const message = `Cannot go on with ${server.name}.${name}: the daemon was stopped while it ran, and it may have had effects`;
  throw new Fault("call.interrupted", message, { facts: { server: server.name, tool: name }, retrySafe: false });
}

/** As this session's server has it: what was known of it before may be older. */
function toolOf({ offer }: Lease, { name: server }: UpstreamServer, name: string): UpstreamTool {
  const tool = offer.tools.get(name);
  if (tool !== undefined) return tool;
  const known = [...offer.tools.keys()].slice(0, 50);
  const message = `Cannot find tool ${server}.${name}: its server has none of this name, expected one of ${known.join(", ")}`;
  throw new Fault("tool.unknown", message, { facts: { server, tool: name, known } });
}

/** Refuses structured content that is not what its own server says of it. */
function mustFit({ data }: Result, { server, tool }: { server: UpstreamServer; tool: UpstreamTool }): void {
  const { data: said } = withStructured.safeParse(data);
  if (tool.outputSchema === undefined || said?.structured === undefined) return;
  const wrong = misfit(tool.outputSchema, said.structured);
  if (wrong === undefined) return;
  const message = `Cannot read what ${server.name}.${tool.name} answered: its structured content does not fit its own schema: ${wrong}`;
  throw new Fault("upstream.unreadable", message, { facts: { server: server.name, tool: tool.name } });
}

/** The data of a result, whose structured content a server has described. */
function dataSchemaOf(structured: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { type: "object", properties: { structured: plainSchema(structured) } };
}

function refused(server: string, tool: string, wrong: string): Fault {
  return new Fault("input.invalid", `Cannot take the input of ${server}.${tool}: ${wrong}`, {
    facts: { server, tool },
  });
}

/** What does not fit is refused before it is a call; a server that nobody could ask yet judges for itself. */
function inputOf(known: UpstreamTool | undefined): Tool["input"] {
  const anything = z.record(z.string(), z.unknown());
  if (known === undefined) return anything;
  return anything.superRefine((input, context) => {
    const wrong = misfit(known.inputSchema, input);
    if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong });
  });
}

/** Another where what the server says of it, or the server itself, is another: equal input no longer means an equal answer. */
function versionOf(server: UpstreamServer, known: UpstreamTool | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify([server, known]))
    .digest("base64url")
    .slice(0, 12);
}

function isOneOf(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

function steadied(
  clock: Clock,
  tell: (progress: { message: string; done: number; total?: number }) => void,
): (progress: UpstreamProgress) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let told = 0;
  return (progress) => {
    const now = clock.monotonicMs();
    if (now - lastMs < progressEveryMs || told >= mostProgress) return;
    lastMs = now;
    told += 1;
    tell({ ...progress, message: progress.message.slice(0, 1000) });
  };
}
