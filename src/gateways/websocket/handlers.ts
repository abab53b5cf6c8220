import { parseAs } from "../../core/operations/decode.ts";
import type { Request } from "../../core/operations/operations.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import {
  isMethod,
  type Method,
  type MethodResult,
  methods,
  type OperationMethod,
  type Params,
} from "../../protocol/methods.ts";
import { hasEnded, type Phase } from "../../protocol/phase.ts";
import type { ConnectionContext } from "./connection-context.ts";
import type { Follow } from "./follow.ts";
import type { Attach } from "./follows.ts";

/** An answer, and the cursor that begins once the answer is queued. */
export interface Answer<R> {
  result: R;
  begins?: Follow;
}

/** One request, and what it shares with the others of its connection. */
export interface Asked {
  context: ConnectionContext;
  request: Request;
}

/** What the gateway answers itself, or begins a cursor for. */
type OwnMethod = Exclude<Method, OperationMethod> | "call.start";
type Handlers = {
  readonly [M in OwnMethod]: (asked: Asked, params: Params<M>) => Promise<Answer<MethodResult<M>>>;
};

/** The methods that belong to a connection; all others are operations. */
const handlers: Handlers = {
  "session.open": refuseSecondOpen,
  ping,
  "call.start": startCall,
  "call.follow": followCall,
  "call.unfollow": unfollowCall,
  "mcp.open": openChannel,
  "mcp.message": takeMessage,
  "mcp.close": closeChannel,
};

/** Answers one request; refuses with a `Fault`, at once or later. */
export function answer(asked: Asked, method: string, params: unknown): Promise<Answer<unknown>> {
  if (!isMethod(method)) throw new Fault("method.unknown", `Cannot call ${method}: there is no such method`);
  return isOwn(method) ? own(asked, method, params) : operate(asked, method, parse(method, params));
}

function own<M extends OwnMethod>(asked: Asked, method: M, params: unknown): Promise<Answer<unknown>> {
  return handlers[method](asked, parse(method, params));
}

async function operate<M extends OperationMethod>(
  asked: Asked,
  method: M,
  params: Params<M>,
): Promise<Answer<unknown>> {
  return { result: await asked.context.parts.operations[method](asked.request, params) };
}

function isOwn(method: Method): method is OwnMethod {
  return Object.hasOwn(handlers, method);
}

function parse<M extends Method>(method: M, params: unknown): Params<M> {
  return parseAs(methods[method].params, params, `the parameters of ${method}`) as Params<M>;
}

async function refuseSecondOpen(): Promise<never> {
  throw new Fault("input.invalid", "Cannot open a session: this connection has one, expected a new connection");
}

async function ping({ context }: Asked): Promise<Answer<MethodResult<"ping">>> {
  return { result: { at: context.parts.clock.wallMs() } };
}

async function startCall(
  { context, request }: Asked,
  params: Params<"call.start">,
): Promise<Answer<MethodResult<"call.start">>> {
  const { ended, ...started } = await context.parts.operations["call.start"](request, params);
  const { session } = context.caller;
  if (started.answer !== undefined || session === undefined) return { result: started };
  if (params.follow !== true) return { result: started };
  const { call, phase } = started;
  const attach: Attach = { at: { call, after: 0, view: started } };
  // What began and ended with its acceptance ran no command; whoever follows the call reads its ending there.
  if (ended === undefined && (await mayHaveOutput(context, call, phase)))
    attach.output = { offset: 0, begins: hasEnded(phase) ? "now" : "later" };
  const follow = context.follows.attach(attach);
  return { result: { ...started, ...streamOf(follow) }, begins: follow };
}

async function followCall(
  { context, request }: Asked,
  params: Params<"call.follow">,
): Promise<Answer<MethodResult<"call.follow">>> {
  const { call } = params;
  // Whatever the answer will be, the cursor there was must not send ahead of it.
  context.follows.drop(call);
  const view = await context.parts.operations["call.get"](request, { call });
  const { after } = params;
  const sameEpoch = params.epoch === undefined || params.epoch === context.parts.settings.epoch;
  const at = sameEpoch ? { call, after, view } : { call, after: 0, elsewhere: after, view };
  const attach: Attach = { at, hold: params.hold === true };
  if (params.offset !== undefined && (await mayHaveOutput(context, call, view.phase)))
    attach.output = { offset: sameEpoch ? params.offset : 0, begins: "now" };
  const follow = context.follows.attach(attach);
  return { result: { call, head: view.seq, phase: view.phase, ...streamOf(follow) }, begins: follow };
}

async function unfollowCall(
  { context }: Asked,
  params: Params<"call.unfollow">,
): Promise<Answer<MethodResult<"call.unfollow">>> {
  context.follows.drop(params.call);
  return { result: {} };
}

async function openChannel({ context }: Asked, params: Params<"mcp.open">): Promise<Answer<MethodResult<"mcp.open">>> {
  return { result: { channel: await context.channels.open(params) } };
}

async function takeMessage(
  { context }: Asked,
  { channel, message, nth }: Params<"mcp.message">,
): Promise<Answer<MethodResult<"mcp.message">>> {
  context.channels.channel(channel).take(message, nth);
  return { result: {} };
}

async function closeChannel(
  { context }: Asked,
  { channel }: Params<"mcp.close">,
): Promise<Answer<MethodResult<"mcp.close">>> {
  context.channels.close(channel);
  return { result: {} };
}

/** Whoever has ended has one, or never will. */
async function mayHaveOutput({ parts }: ConnectionContext, call: CallId, phase: Phase): Promise<boolean> {
  return !hasEnded(phase) || (await parts.outputs.view(call)) !== undefined;
}

function streamOf({ stream }: Follow): { stream?: number } {
  return stream === undefined ? {} : { stream: stream.number };
}
