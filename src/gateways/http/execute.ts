import { stoppedBy } from "../../base/abort.ts";
import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { callStart } from "../../protocol/methods.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { CallView } from "../../protocol/result.ts";
import { sendJson } from "../answers/send-json.ts";
import { readJson } from "./body.ts";
import type { Asked } from "./exchange.ts";
import type { RequestRates, Waiters } from "./parts.ts";

export interface ExecuteParts {
  operations: Operations;
  presences: Waiters;
  rates: RequestRates;
  settings: { maxBodyBytes: number };
}

const defaultWaitMs = 25_000;
const longestWaitMs = 600_000;

/** The body of `POST /api/v1/execute`: a start whose input is called `arguments`. */
export const executeBody = callStart.omit({ input: true, follow: true }).extend({ arguments: callStart.shape.input });

/**
 * Starts a call and waits for its end: 25 s, or what `Prefer: wait=` says. 200 with the ended call, or 202
 * with `Location` and the call as it stands; from then on the call is nobody's connection's. A client that
 * goes away while it waits has left its call after the grace time; that cancels nothing by itself.
 */
export async function execute(parts: ExecuteParts, asked: Asked): Promise<void> {
  const waitMs = preferredWaitMs(asked.request.headers["prefer"]);
  const body = await readJson(asked.request, parts.settings.maxBodyBytes);
  const { arguments: input, ...rest } = parseAs(executeBody, body, "the parameters of call.start");
  const key = keyOf(asked.request.headers["idempotency-key"], rest.key);
  // A request that waits is a connection like any other; one too many starts nothing.
  using _connection = waitMs === 0 ? undefined : parts.rates.connection(asked.caller);
  const start = { ...rest, input, ...(key === undefined ? {} : { key }) };
  const { call, answer: immediate } = await parts.operations["call.start"](asked, start);
  if (immediate !== undefined) {
    sendJson(asked.response, 200, immediate);
    return;
  }
  if (waitMs === 0) {
    answer(asked, await parts.operations["call.get"](asked, { call }));
    return;
  }
  using _waiting = parts.presences.arrive({ waiter: call });
  const view = await wait(parts.operations, asked, { call, timeoutMs: waitMs });
  if (view === undefined || asked.response.destroyed) return;
  parts.presences.forget({ waiter: call });
  answer(asked, view);
}

/** `undefined` once the client is gone. A daemon that stops gives the handle out instead of keeping silent. */
async function wait(
  operations: Operations,
  asked: Asked,
  params: { call: CallId; timeoutMs: number },
): Promise<CallView | undefined> {
  try {
    return await operations["call.wait"](asked, params);
  } catch (error) {
    const by = stoppedBy(asked.signal);
    if (by === "shutdown") return await operations["call.get"](asked, { call: params.call });
    if (asked.response.destroyed) return undefined;
    throw error;
  }
}

function answer(asked: Asked, view: CallView): void {
  const { response } = asked;
  response.setHeader("Location", `/api/v1/calls/${view.call}`);
  sendJson(response, hasEnded(view.phase) ? 200 : 202, view);
}

/** `wait=` of RFC 7240 in milliseconds; `respond-async` waits not at all. */
function preferredWaitMs(header: string | string[] | undefined): number {
  const preferences = [header ?? []].flat().join(",");
  const [, seconds] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?/i.exec(preferences) ?? [];
  if (seconds !== undefined) return Math.min(Number(seconds) * 1000, longestWaitMs);
  return /(?:^|[,;])\s*respond-async\b/i.test(preferences) ? 0 : defaultWaitMs;
}

/** The header is a quoted string by its draft and a bare one by habit. */
function keyOf(header: string | string[] | undefined, inBody: string | undefined): string | undefined {
  if (header === undefined) return inBody;
  const key = [header]
    .flat()
    .join(",")
    .replace(/^"(.*)"$/, "$1");
  if (key === "" || key.length > 200 || (inBody !== undefined && inBody !== key))
    throw new Fault(
      "input.invalid",
      "Cannot take the key: Idempotency-Key does not fit, expected one key, 1 to 200 long",
    );
  return key;
}
