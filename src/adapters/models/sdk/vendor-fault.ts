import { z } from "zod";
import { isUnsent } from "../../../base/unsent.ts";
import { Fault, type FaultCode, type FaultDetails } from "../../../protocol/fault.ts";
import { Endless } from "./bounded.ts";
import { parsedJson } from "./parsed-json.ts";
import { Unfinished } from "./parts.ts";
import type { Quirks } from "./quirks.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What was going on when it failed. */
export interface Scene {
  provider: string;
  /** Host and port, which are no secret. */
  host: string;
  /** Absent where no model was asked. */
  model?: string;
  /** What was wanted where no model was asked, after *Cannot*. */
  task?: string;
  /** How far the answer had come: no response yet, a response without a part, or some of the answer. */
  stage: "asking" | "opened" | "answering";
  /** Makes the vendor's own words fit to be shown. */
  hide: (text: string) => string;
  quirks: Quirks;
}

const maxQuoted = 300;
const apiCall = z.object({
  statusCode: z.number(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  responseBody: z.string().optional(),
});
const word = z.union([z.string(), z.number()]).nullish().catch(undefined);
const said = z.object({ message: z.string(), code: word, type: word, status: word });
const errorBody = z.object({ error: said }).transform(({ error }) => error);
const refusal = z.union([errorBody, z.tuple([errorBody]).transform(([first]) => first), said]);
const coded = z.object({ code: z.string() });
const caused = z.object({ cause: z.unknown() });

interface Answered {
  /** HTTP's. */
  status: number;
  words?: string;
  /** The vendor's own codes for what went wrong. */
  codes: readonly string[];
  /** How long the vendor asks to wait. */
  waitMs?: number;
}

/**
 * The fault that a failure of the vendor is, or `undefined` where it is none of the vendor's. What it says is
 * made of the scene and of the vendor's hidden words alone: the library's errors carry request and headers.
 */
export function vendorFault(failure: unknown, scene: Scene): Fault | undefined {
  const call = apiCall.safeParse(failure).data;
  if (call !== undefined && call.statusCode >= 300)
    return scene.stage === "answering"
      ? brokenOff(messageOf(failure), scene)
      : statusFault(readCall(call, scene), scene);
  const inStream = said.safeParse(failure).data;
  if (inStream !== undefined && !(failure instanceof Error)) return streamFault(inStream, scene);
  const code = codeOf(failure);
  const isAnswer = failure instanceof Unfinished || failure instanceof Endless || isLibraryError(failure);
  if (code === undefined && !isAnswer) return undefined;
  return scene.stage === "asking" ? unanswered(code, scene) : broken(failure, scene);
}

/** The fault of a status other than 2xx. */
export function statusFault(answered: Answered, scene: Scene): Fault {
  const { status, words, waitMs } = answered;
  const { code, verdict, expected } = meaningOf(answered, scene.quirks);
  const quoted = words === undefined || code === "model.credentials" ? "" : `: ${quote(words, scene)}`;
  return fault(code, scene, {
    fact: `${scene.provider} ${verdict} (${status})${quoted}, expected ${expected}`,
    facts: { status },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

function meaningOf(
  { status, codes }: Answered,
  { noCredit = [] }: Quirks,
): { code: FaultCode; verdict: string; expected: string } {
  if (status === 402 || codes.some((code) => noCredit.includes(code)))
    return { code: "model.refused", verdict: "says the account has no credit", expected: "an account that is paid" };
  if (status === 401 || status === 403)
    return { code: "model.credentials", verdict: "does not accept the key", expected: "a key that is valid there" };
  if (status === 404 || codes.includes("model_not_found"))
    return { code: "model.unknown", verdict: "does not know it", expected: "a model that the provider lists" };
  if (status === 429) return { code: "model.limited", verdict: "limits its requests", expected: "a free slot" };
  if (status >= 500 || status === 408)
    return { code: "model.unavailable", verdict: "is in trouble", expected: "an answer" };
  if (status < 400)
    return { code: "model.unavailable", verdict: "answers from elsewhere", expected: "an address without redirects" };
  return { code: "model.refused", verdict: "refused the request", expected: "a request that it accepts" };
}

function readCall(call: z.infer<typeof apiCall>, scene: Scene): Answered {
  return readAnswer(call.statusCode, call.responseHeaders ?? {}, { body: call.responseBody ?? "", scene });
}

/** What a refusing response says, from the shapes that vendors use. */
export function readAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  { body, scene }: { body: string; scene: Scene },
): Answered {
  const json = parsedJson(body);
  const error = refusal.safeParse(json).data;
  const waitMs = retryAfterMs(headers) ?? scene.quirks.retryAfterMs?.(headers, json, dateOf(headers));
  return {
    status,
    codes: codesOf(error),
    ...(error === undefined ? {} : { words: error.message }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
}

function codesOf(error: z.infer<typeof said> | undefined): string[] {
  return [error?.code, error?.type, error?.status].flatMap((code) =>
    code === undefined || code === null ? [] : `${code}`,
  );
}

/** The vendor's own clock, so that its moments are compared with no other; ours where it tells none. */
function dateOf(headers: Readonly<Record<string, string>>): number {
  const told = Date.parse(headers["date"] ?? "");
  return Number.isNaN(told) ? Date.now() : told;
}

/** An error that came inside a stream: some vendors put the status into its code. */
function streamFault(error: z.infer<typeof said>, scene: Scene): Fault {
  if (scene.stage === "answering") return brokenOff(error.message, scene);
  const status = Number(error.code);
  if (status >= 400 && status < 600) return statusFault({ status, words: error.message, codes: codesOf(error) }, scene);
  const fact = `${scene.provider} broke off: ${quote(error.message, scene)}`;
  return fault("model.unavailable", scene, { fact: `${fact}, expected an answer` });
}

function brokenOff(words: string, scene: Scene): Fault {
  const fact = `${scene.provider} broke off: ${quote(words, scene)}`;
  return fault("model.cut", scene, { fact: `${fact}, expected the rest of the answer`, retrySafe: true });
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** Where the connection came to be, the vendor has the question and may charge for it. */
function unanswered(code: string | undefined, scene: Scene): Fault {
  const named = code === undefined ? "" : ` (${code})`;
  const facts = { host: scene.host, ...(code === undefined ? {} : { code }) };
  if (code !== undefined && isUnsent(code)) {
    const fact = `${scene.provider} cannot be reached at ${scene.host}${named}, expected a connection`;
    return fault("model.unavailable", scene, { fact, facts });
  }
  const fact = `${scene.provider} ended the connection before it answered${named}, expected an answer`;
  return fault("model.cut", scene, { fact, facts, retrySafe: true });
}

/** The stream failed. Asking again is safe, and paid for again where the answer had begun. */
function broken(failure: unknown, scene: Scene): Fault {
  const malformed = failure instanceof Error && /JSONParse|TypeValidation/.test(failure.name);
  const fact = malformed ? "sent what is no chat completion" : "ended the stream before the answer was complete";
  const isEndless = failure instanceof Endless;
  return fault("model.cut", scene, {
    fact: `${scene.provider} ${isEndless ? "sends without an end" : fact}, expected an answer with a finish reason`,
    retrySafe: true,
  });
}

function fault(
  code: FaultCode,
  { provider, model, task: wanted = `ask ${provider}` }: Scene,
  { fact, ...details }: FaultDetails & { fact: string },
): Fault {
  const task = model === undefined ? wanted : `answer with ${model}`;
  const facts = { provider, ...(model === undefined ? {} : { model }), ...details.facts };
  return new Fault(code, `Cannot ${task}: ${fact}`, { ...details, facts });
}

function quote(words: string, { hide }: Scene): string {
  return hide(words.replace(/\s+/g, " ").trim()).slice(0, maxQuoted);
}

function isLibraryError(failure: unknown): boolean {
  return failure instanceof Error && failure.name.startsWith("AI_");
}

/** The first system code along the chain of causes, such as `ECONNREFUSED`. */
function codeOf(failure: unknown): string | undefined {
  const code = coded.safeParse(failure).data?.code;
  if (code !== undefined) return code;
  const cause = caused.safeParse(failure).data?.cause;
  return cause === undefined || cause === failure ? undefined : codeOf(cause);
}
