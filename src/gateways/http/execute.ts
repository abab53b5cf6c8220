import { stoppedBy } from "../../base/abort.ts";
import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { callStart } from "../../protocol/methods.ts";
import { hasEnded } from "../../protocol/phase.ts";
import { type CallView, callView } from "../../protocol/result.ts";
import { sendJson } from "../answers/send-json.ts";
import { readJson } from "./body.ts";
import type { Contract } from "./contract.ts";
import type { Asked } from "./exchange.ts";
import type { RequestRates, Waiters } from "./parts.ts";
import { refuseQuery } from "./query.ts";

export interface ExecuteParts {
  operations: Operations;
  presences: Waiters;
  rates: RequestRates;
  settings: { maxBodyBytes: number };
}

const defaultWaitMs = 25_000;
const longestWaitS = 600;

/** The body of `POST /api/v1/execute`: a start whose input is called `arguments`, and whose trace the header says. */
const executeBody = callStart
  .omit({ input: true, follow: true, traceparent: true })
  .extend({ arguments: callStart.shape.input });

const handleHeaders = {
  Location: "The place of the call; not there where a control tool answered",
  "Preference-Applied": "What of Prefer was taken",
} as const;

export const executeContract: Contract = {
  summary: "Start a call and wait for its end, or not",
  params: executeBody,
  takes: {
    "Idempotency-Key": "The same as key: a repeat under it is the same call",
    Prefer: "wait=SECONDS, at most 600, instead of 25; respond-async: not at all",
    Traceparent: "The W3C trace that the call belongs to",
  },
  answers: {
    200: { means: "The call, which has ended", headers: handleHeaders, json: callView },
    202: {
      means: "The call, which is durable and goes on without this client",
      headers: handleHeaders,
      json: callView,
    },
  },
};

/**
 * Starts a call and waits for its end: 25 s, not at all where it is detached, or what `Prefer` says. 200 with the ended
 * call, or 202 with `Location` and the call as it stands; from then on the call is nobody's connection's. A client that
 * goes away while it waits has left its call after the grace time; that cancels nothing by itself.
 */
export async function execute(parts: ExecuteParts, asked: Asked): Promise<void> {
  refuseQuery(asked.query, "the fields of the body, and Prefer: wait=SECONDS for how long to wait");
  const body = await readJson(asked.request, parts.settings.maxBodyBytes);
  refuseInput(body);
  const { arguments: input, ...rest } = parseAs(executeBody, body, "the parameters of call.start");
  const key = keyOf(asked.request.headers["idempotency-key"], rest.key);
  const preference = preferenceOf(asked.request.headers["prefer"]);
  const waitMs = preference?.waitMs ?? (rest.detached === true ? 0 : defaultWaitMs);
  // A request that waits is a connection like any other; one too many starts nothing.
  using _connection = waitMs === 0 ? undefined : parts.rates.connection(asked.caller);
  const start = { ...rest, input, ...(key === undefined ? {} : { key }) };
  const { call, answer: immediate } = await parts.operations["call.start"](asked, start);
  if (preference !== undefined) asked.response.setHeader("Preference-Applied", preference.applied);
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

/** What RFC 7240 has for waiting, and how the answer says that it was taken; `undefined` where nothing of it was said. */
function preferenceOf(header: string | string[] | undefined): { waitMs: number; applied: string } | undefined {
  const preferences = [header ?? []].flat().join(",");
  const [, asked] = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?/i.exec(preferences) ?? [];
  if (asked !== undefined) {
    const seconds = Math.min(Number(asked), longestWaitS);
    return { waitMs: seconds * 1000, applied: `wait=${seconds}` };
  }
  return /(?:^|[,;])\s*respond-async\b/i.test(preferences) ? { waitMs: 0, applied: "respond-async" } : undefined;
}

/** The other faces call it so: who comes from them is told the name that it has here. */
function refuseInput(body: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(body, "input"))
    throw new Fault(
      "input.invalid",
      "Cannot take the parameters of call.start: it has no field input, expected arguments",
    );
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
