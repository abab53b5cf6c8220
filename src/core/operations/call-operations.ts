import { isTraceparent, newTraceparent } from "../../base/traceparent.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { MethodResult, Params } from "../../protocol/methods.ts";
import { noUsage } from "../../protocol/result.ts";
import type { Pressure } from "../admission/pressure.ts";
import type { Rates } from "../admission/rates.ts";
import type { Calls } from "../calls/calls.ts";
import type { Caller } from "../tenants/caller.ts";
import type { Registry } from "../tools/registry.ts";
import type { ControlTool } from "../tools/tool.ts";
import { parseAs } from "./decode.ts";
import type { Operations, Request, Started } from "./operations.ts";

export interface CallOperationParts {
  calls: Calls;
  registry: Registry;
  rates: Rates;
  pressure: Pressure;
  newId: () => string;
  nowMs: () => number;
}

type CallMethod = Extract<keyof Operations, `call.${string}` | "tools.list">;

/** What a caller may do with calls. */
export function callOperations(parts: CallOperationParts): Pick<Operations, CallMethod> {
  const { calls, registry } = parts;
  return {
    "tools.list": async ({ caller, signal }) => {
      await registry.settled(signal);
      return { tools: await registry.list(caller) };
    },
    "call.start": async (request, params) => {
      const control = registry.control(request.caller, params.tool);
      return control === undefined
        ? await start(parts, request, params)
        : await answer(parts, request, { control, params });
    },
    "call.get": async ({ caller }, { call }) => await calls.get(caller, call),
    "call.list": async ({ caller }, filter) => {
      const { limit, before, phase, tool } = filter;
      const given = { ...(before && { before }), ...(phase && { phase }), ...(tool && { tool }) };
      return { calls: await calls.list(caller, { limit, ...given }) };
    },
    "call.wait": async ({ caller, signal }, { call, timeoutMs }) =>
      await calls.wait(caller, call, { timeoutMs, signal }),
    "call.control": async ({ caller }, { call, action }) => {
      await mustMayUse(parts, caller, call);
      return await calls.control(caller, call, action);
    },
    "call.input": async ({ caller, signal }, { call, data, base64, end }) => {
      await mustMayUse(parts, caller, call);
      const bytes = base64 === undefined ? Buffer.from(data ?? "", "utf8") : Buffer.from(base64, "base64");
      await calls.input(caller, call, { bytes, after: end === true ? "end" : "more", signal });
      return {};
    },
    "call.resize": async ({ caller, signal }, { call, rows, cols }) => {
      await mustMayUse(parts, caller, call);
      await calls.resize(caller, call, { rows, cols, signal });
      return {};
    },
    "call.answer": async ({ caller }, { call, request, value }) => {
      await mustMayUse(parts, caller, call);
      return await calls.answer(caller, call, { request, value });
    },
  };
}

async function start(parts: CallOperationParts, request: Request, params: Params<"call.start">): Promise<Started> {
  const { caller } = request;
  const loading = parts.registry.load(params.tool);
  if (loading !== undefined) await loading;
  const work = parts.registry.tool(caller, params.tool);
  const input = parseAs(work.input, params.input, `the input of ${work.name}`);
  const refusal = refusalOf(parts, caller);
  if (refusal !== undefined) await mustBeStarted(parts, { caller, key: params.key, refusal });
  const row = await parts.calls.start({
    caller,
    // However the client spells it, the call is one of the tool.
    request: { ...params, tool: work.name },
    work,
    input,
    traceparent: traceparentOf(request, params),
  });
  const { id: call, state, sharedWith, ended } = row;
  const shared = sharedWith === null ? {} : { sharedWith };
  return { call, phase: state.phase, seq: state.seq, ...shared, ...(ended && { ended }) };
}

/** Why this caller may begin nothing new now, if that is so. */
function refusalOf({ rates, pressure }: CallOperationParts, caller: Caller): unknown {
  try {
    rates.start(caller);
    // What a running call starts was admitted with it.
    if (caller.call === undefined) pressure.refuseNew();
    return undefined;
  } catch (refusal) {
    return refusal;
  }
}

/** New work only is refused: a start that is repeated under its key, after a cut for instance, is a look at what there is. */
async function mustBeStarted(
  { calls }: CallOperationParts,
  { caller, key, refusal }: { caller: Caller; key: string | undefined; refusal: unknown },
): Promise<void> {
  if (key === undefined || !(await calls.isStarted(caller, key))) throw refusal;
}

/** Who may not start a tool may not steer or feed its calls either; `auth.scope`. */
async function mustMayUse({ calls, registry }: CallOperationParts, caller: Caller, call: CallId): Promise<void> {
  const { tool } = await calls.get(caller, call);
  await registry.checkMayUse(caller, tool);
}

/** Where the call stands in the client's trace; the start of one where the client has none. */
function traceparentOf(request: Request, params: Params<"call.start">): string {
  const given = request.traceparent ?? params.traceparent;
  return isTraceparent(given) ? given : newTraceparent();
}

/** A control tool's whole answer, in the shape of a call that has ended. */
async function answer(
  parts: CallOperationParts,
  request: Request,
  { control, params }: { control: ControlTool; params: Params<"call.start"> },
): Promise<MethodResult<"call.start">> {
  const input = parseAs(control.input, params.input, `the input of ${control.name}`);
  const acceptedAt = parts.nowMs();
  const result = await control.answer(request, input);
  const call = parts.newId() as CallId;
  const view = {
    call,
    tool: control.name,
    phase: "succeeded" as const,
    seq: 0,
    acceptedAt,
    endedAt: parts.nowMs(),
    result,
    usage: noUsage,
  };
  return { call, phase: view.phase, seq: 0, answer: view };
}
