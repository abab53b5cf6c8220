import { hash } from "node:crypto";
import { traceIdOf } from "../../base/traceparent.ts";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { CallStart } from "../../protocol/methods.ts";
import { type Entry, firstFence, type ListedCall, type NewCall } from "../store/store.ts";
import type { Caller } from "../tenants/caller.ts";
import type { CallOptions } from "./options.ts";
import type { Work } from "./work.ts";

/** Who starts a call: a caller, or a running call in the name of its own. */
export type Starter = Pick<Caller, "principal" | "role" | "roots" | "session" | "client" | "call" | "allowance"> &
  Partial<Pick<Caller, "token" | "principalName">>;

/** A start as a gateway hands it on: authenticated, its tool found, its input parsed. */
export interface Start {
  caller: Starter;
  request: CallStart;
  work: Work;
  /** What the tool gets. */
  input: Readonly<Record<string, unknown>>;
  /** W3C traceparent that came with the request, or a new one. */
  traceparent: string;
}

/** What of a start must survive with the call. `depth` counts the calls above it. */
export function optionsOf({ caller, request, work, input, traceparent }: Start, depth: number): CallOptions {
  const detached = request.detached ?? work.detaches?.(input) ?? false;
  const ownMs = work.timeoutMs(input, detached);
  const deadlineMs = Math.min(ownMs, request.deadlineMs ?? ownMs);
  return {
    owner: ownerOf(caller, request.cwd),
    lane: caller.session ?? `${caller.token}:${caller.client}`,
    deadlineMs: Number.isFinite(deadlineMs) ? deadlineMs : null,
    budget: request.budget ?? {},
    onDisconnect: detached ? "keep" : (request.onDisconnect ?? work.onDisconnect),
    depth,
    traceparent,
    files: Object.fromEntries((request.files ?? []).map((file) => [file.path, file.base64])),
  };
}

function ownerOf({ role, roots, allowance }: Starter, cwd: string | undefined): CallOptions["owner"] {
  return { role, roots, ...(cwd === undefined ? {} : { cwd }), ...(allowance === undefined ? {} : { allowance }) };
}

/** The call with its first event, ready to be accepted. A success after `sharedAfter` may serve it. */
export function newCall(
  start: Start,
  made: { id: CallId; at: number; options: CallOptions; sharedAfter: number },
): NewCall {
  const { principal, token, session, call: parent } = start.caller;
  const { tool, thread: wanted, key, joins, budget } = start.request;
  const thread = wanted ?? start.work.thread?.(start.input, made.id);
  const input = JSON.stringify(start.input);
  const isOutside = thread === undefined || thread === String(made.id);
  const isAlone = (key !== undefined && joins !== true) || !isOutside;
  const call: NewCall = {
    id: made.id,
    principal,
    tool,
    input,
    options: JSON.stringify(made.options),
    resumable: start.work.resumable,
    entries: [accepted(start, thread, made.at)],
  };
  // One by one: each part of a literal that may be absent is an object of its own, at every start.
  if (token !== undefined) call.token = token;
  if (session !== undefined) call.session = session;
  if (thread !== undefined) call.thread = thread;
  if (parent !== undefined) call.parent = parent;
  if (key !== undefined) call.key = { value: key, covers: hashOf([tool, input, wanted, budget]) };
  const share = isAlone ? undefined : identityOf(start, { ...made, input });
  if (share !== undefined) call.share = share;
  return call;
}

/** The row that the call has once it is accepted, with its first event alone. */
export function rowOf(call: NewCall, at: number): ListedCall {
  const { id, principal, tool, resumable } = call;
  return {
    id,
    principal,
    token: call.token ?? null,
    session: call.session ?? null,
    tool,
    thread: call.thread ?? null,
    parent: call.parent ?? null,
    sharedWith: null,
    resumable,
    state: { phase: "accepted", seq: 1, attempts: 0 },
    fence: firstFence,
    acceptedAt: at,
    endedAt: null,
    ending: null,
  };
}

/** Whether a call begins while its acceptance is on its way: what may be shared does so only where it is as soon done itself. */
export function beginsEarly({ call, work, input }: Pick<Start, "work" | "input"> & { call?: NewCall }): boolean {
  if (call === undefined || work.beginsEarly !== true) return false;
  return call.share === undefined || work.endsAtOnce?.(input) === true;
}

/** What makes a call outside a thread that is not alone by its key the same as another: only for idempotent tools and top-level. */
function identityOf(
  { caller, request, work, input: given }: Start,
  { input, options, sharedAfter }: { input: string; options: CallOptions; sharedAfter: number },
): NewCall["share"] {
  if (!work.idempotent || caller.call !== undefined || work.readsFiles?.(given) === true) return undefined;
  const hash = hashOf([
    request.tool,
    work.version,
    input,
    request.budget,
    options.owner.cwd,
    options.owner.roots,
    options.files,
  ]);
  return { hash, freshAfter: request.fresh === true ? Number.MAX_SAFE_INTEGER : sharedAfter };
}

function accepted({ caller, request, traceparent }: Start, thread: ThreadId | undefined, at: number): Entry {
  const { tool } = request;
  const trace = traceIdOf(traceparent) || traceparent;
  return { type: "call.accepted", at, data: JSON.stringify({ tool, thread, parent: caller.call, trace }) };
}

function hashOf(parts: readonly unknown[]): string {
  return hash("sha256", JSON.stringify(parts), "base64url");
}
