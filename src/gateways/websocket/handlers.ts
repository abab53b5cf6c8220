import type { Operations, Request } from "../../core/operations/operations.ts";
import { Fault } from "../../protocol/fault.ts";
import { type Method, type MethodResult, methods, type Params } from "../../protocol/methods.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { Follow } from "./follow.ts";
import type { Attach, Follows } from "./follows.ts";
import type { GatewayParts } from "./parts.ts";
import type { Starters } from "./starters.ts";

/** What a request may touch of its connection. */
export interface Desk extends Pick<GatewayParts, "operations" | "outputs" | "clock" | "settings"> {
  readonly request: Request;
  readonly follows: Follows;
  readonly starters: Starters;
}

/** An answer, and the cursor that begins once the answer is queued. */
export interface Answer<R> {
  result: R;
  begins?: Follow;
}

/** What the gateway answers itself, or begins a cursor for. */
type OwnMethod = Exclude<Method, keyof Operations> | "call.start";
type Handlers = { readonly [M in OwnMethod]: (desk: Desk, params: Params<M>) => Promise<Answer<MethodResult<M>>> };

/** The methods that belong to a connection; all others are operations. */
const handlers: Handlers = {
  "session.open": refuseSecondOpen,
  ping,
  "call.start": startCall,
  "call.follow": followCall,
  "call.unfollow": unfollowCall,
};

/** Answers one request; refuses with a `Fault`. */
export async function answer(desk: Desk, method: string, params: unknown): Promise<Answer<unknown>> {
  if (!isMethod(method)) throw new Fault("method.unknown", `Cannot call ${method}: there is no such method`);
  return isOwn(method)
    ? await own(desk, method, params)
    : { result: await operate(desk, method, parse(method, params)) };
}

async function own<M extends OwnMethod>(desk: Desk, method: M, params: unknown): Promise<Answer<unknown>> {
  return await handlers[method](desk, parse(method, params));
}

async function operate<M extends keyof Operations>(desk: Desk, method: M, params: Params<M>): Promise<unknown> {
  return await desk.operations[method](desk.request, params);
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(methods, method);
}

function isOwn(method: Method): method is OwnMethod {
  return Object.hasOwn(handlers, method);
}

function parse<M extends Method>(method: M, params: unknown): Params<M> {
  const parsed = methods[method].params.safeParse(params);
  if (parsed.success) return parsed.data as Params<M>;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "params";
  throw new Fault("input.invalid", `Cannot call ${method}: ${where}: ${issue?.message}`, {
    facts: { issues: parsed.error.issues.slice(0, 8) },
  });
}

async function refuseSecondOpen(): Promise<never> {
  throw new Fault("input.invalid", "Cannot open a session: this connection has one, expected a new connection");
}

async function ping({ clock }: Desk): Promise<Answer<MethodResult<"ping">>> {
  return { result: { at: clock.wallMs() } };
}

async function startCall(desk: Desk, params: Params<"call.start">): Promise<Answer<MethodResult<"call.start">>> {
  const started = await desk.operations["call.start"](desk.request, params);
  const { session } = desk.request.caller;
  if (started.answer !== undefined || session === undefined) return { result: started };
  desk.starters.started(started.call, session);
  if (params.follow !== true) return { result: started };
  const follow = desk.follows.attach({ call: started.call, after: 0, output: { offset: 0, begins: "later" } });
  return { result: { ...started, ...streamOf(follow) }, begins: follow };
}

async function followCall(desk: Desk, params: Params<"call.follow">): Promise<Answer<MethodResult<"call.follow">>> {
  const { call } = params;
  // Whatever the answer will be, the cursor there was must not send ahead of it.
  desk.follows.drop(call);
  const view = await desk.operations["call.get"](desk.request, { call });
  const isOver = hasEnded(view.phase);
  const sameEpoch = params.epoch === undefined || params.epoch === desk.settings.epoch;
  const attach: Attach = { call, after: params.after, hold: params.hold === true };
  if (isOver) attach.endsAt = view.seq;
  const reason = sameEpoch ? "lost" : "epoch";
  // A cursor beyond the head has seen what is not there any more.
  if (params.after > (sameEpoch ? view.seq : 0)) attach.gap = { call, from: 1, to: params.after, reason };
  if (params.offset !== undefined && (!isOver || (await desk.outputs.view(call)) !== undefined))
    attach.output = { offset: sameEpoch ? params.offset : 0, begins: "now" };
  const follow = desk.follows.attach(attach);
  return { result: { call, head: view.seq, phase: view.phase, ...streamOf(follow) }, begins: follow };
}

async function unfollowCall(
  { follows }: Desk,
  { call }: Params<"call.unfollow">,
): Promise<Answer<MethodResult<"call.unfollow">>> {
  follows.drop(call);
  return { result: {} };
}

function streamOf({ stream }: Follow): { stream?: number } {
  return stream === undefined ? {} : { stream: stream.number };
}
