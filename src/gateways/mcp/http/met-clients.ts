import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  TRACEPARENT_META_KEY,
} from "@modelcontextprotocol/server";
import { isRecord } from "../../../base/is-record.ts";
import { Turnover } from "../../../base/turnover.ts";
import { tasksExtension } from "../server-options.ts";

/** What of a client's own words matters to the answer. */
export interface Introduced {
  name: string;
  takes: "tasks" | "answers";
}

type Meta = Readonly<Record<string, unknown>>;

const known: ReadonlySet<string> = new Set([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_INFO_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  TRACEPARENT_META_KEY,
  "progressToken",
]);
const maxKept = 256;
const maxSaidChars = 2048;

/**
 * A client of 2026-07-28 says of itself the same with each request. What was found to be well formed once is known
 * again by its text, so that a plain call of a tool needs no closer look.
 */
export class MetClients {
  /** By what they say, the longest known first. */
  readonly #met = new Turnover<string, Introduced>({ most: maxKept });

  /** Remembers the client of a request that the protocol layer has found well formed. */
  meet({ params }: JSONRPCRequest): void {
    const meta = params?._meta;
    const said = isRecord(meta) ? saidIn(meta) : undefined;
    if (isRecord(meta) && said !== undefined) this.#met.set(said, introducedIn(meta));
  }

  /** Who says this of itself and nothing else, where it was met. */
  find(meta: Meta): Introduced | undefined {
    for (const name in meta) if (!known.has(name)) return undefined;
    const said = saidIn(meta);
    return said === undefined ? undefined : this.#met.get(said);
  }
}

/** `undefined` where it is too long to be kept. What is not said is another text than what is said to be null. */
function saidIn(meta: Meta): string | undefined {
  const { [CLIENT_INFO_META_KEY]: info, [CLIENT_CAPABILITIES_META_KEY]: capabilities } = meta;
  const said = JSON.stringify({ info, capabilities });
  return said.length > maxSaidChars ? undefined : said;
}

function introducedIn(meta: Meta): Introduced {
  const { name = "" } = (meta[CLIENT_INFO_META_KEY] ?? {}) as { name?: string };
  const { extensions } = meta[CLIENT_CAPABILITIES_META_KEY] as { extensions?: Record<string, unknown> };
  return { name, takes: extensions?.[tasksExtension] === undefined ? "answers" : "tasks" };
}
