import { newTraceparent } from "../../base/traceparent.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Admission } from "../admission/admission.ts";
import type { ListedCall } from "../store/store.ts";
import type { Start } from "./acceptance.ts";
import type { CallOptions } from "./options.ts";
import type { ChildStart, Work } from "./work.ts";

/** A call and those above it. */
export interface Ancestor {
  readonly row: ListedCall;
  readonly principalName: string | undefined;
  readonly options: CallOptions;
  readonly work: Work;
  readonly parent: Ancestor | undefined;
}

/** What a call above keeps for itself: what is inside ends before it. */
const closingMs = 2000;
/** Calls may start calls so deep. */
const maxDepth = 8;

/**
 * The start of a call below another, in its name: keyed by that call and the step, so that whoever repeats it after a
 * crash joins it.
 */
export function startBelow(above: Ancestor, child: ChildStart, leftMs: number): Start {
  const { principal, token, id } = above.row;
  const { owner, traceparent } = above.options;
  const { principalName } = above;
  const { work, input, step, budget, allowance = owner.allowance } = child;
  return {
    caller: {
      principal,
      ...(principalName !== undefined && { principalName }),
      ...(token === null ? {} : { token }),
      role: owner.role,
      roots: owner.roots,
      client: "child",
      ...(allowance !== undefined && { allowance }),
      call: id,
    },
    request: {
      tool: work.name,
      input: { ...input },
      key: `child:${id}:${step}`,
      onDisconnect: "keep",
      ...(Number.isFinite(leftMs) && { deadlineMs: Math.max(1, Math.floor(leftMs - closingMs)) }),
      ...(budget !== undefined && { budget }),
      ...(owner.cwd !== undefined && { cwd: owner.cwd }),
    },
    work,
    input,
    traceparent: traceparent === "" ? newTraceparent() : traceparent,
  };
}

/** Refuses what would go on without end: calls nested too deep, an agent run below another. */
export function checkBelow(above: Ancestor, work: Work): void {
  if (above.options.depth >= maxDepth) {
    const message = `Cannot start ${work.name}: it would be below ${maxDepth} others, expected fewer`;
    throw new Fault("budget.exceeded", message, { facts: { depth: maxDepth } });
  }
  if (!work.agentRun) return;
  for (let each: Ancestor | undefined = above; each !== undefined; each = each.parent) {
    if (!each.work.agentRun) continue;
    const message = `Cannot start ${work.name} below ${each.row.id}: that is an agent run, expected any other tool`;
    throw new Fault("call.looping", message, { facts: { call: each.row.id } });
  }
}

/**
 * What a call takes besides the permits of the one above it, at once or not at all: a thread that none above it is on,
 * a place among the agent runs.
 */
export function slotsBelow(call: Omit<Ancestor, "options">, admission: Admission): Disposable {
  using taken = new DisposableStack();
  const { row, work, parent } = call;
  const { thread, principal } = row;
  if (thread !== null && !isOn(parent, thread)) taken.use(admission.thread(thread, principal));
  if (work.agentRun) taken.use(admission.agentRun(principal));
  return taken.move();
}

function isOn(call: Ancestor | undefined, thread: string): boolean {
  for (let each = call; each !== undefined; each = each.parent) if (each.row.thread === thread) return true;
  return false;
}
