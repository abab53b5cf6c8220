import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type InboundModernRoute,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  TRACEPARENT_META_KEY,
} from "@modelcontextprotocol/server";
import { isRecord } from "../../../base/is-record.ts";
import { Turnover } from "../../../base/turnover.ts";
import { modernVersions, tasksExtension } from "../server-options.ts";
import type { StandardHeaders } from "./standard-headers.ts";

/** What of a client's own words matters to the answer. */
export interface Introduced {
  name: string;
  takes: "tasks" | "answers";
}

const members: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
const metaMembers: ReadonlySet<string> = new Set([
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
export class PlainExchanges {
  /** By what they say, the longest known first. */
  readonly #met = new Turnover<string, Introduced>({ most: maxKept });

  /** Remembers the client of a request that the protocol layer has found well formed. */
  learn({ message, messageKind }: InboundModernRoute): void {
    if (messageKind !== "request" || message.method !== "tools/call") return;
    const meta = metaOf(message.params);
    const said = meta && saidIn(meta);
    if (meta === undefined || said === undefined) return;
    this.#met.set(said, introducedIn(meta));
  }

  /** Who asks, where this is a plain call of a tool by a client that was met; of everything else this says nothing. */
  callerOf(body: Readonly<Record<string, unknown>>, headers: StandardHeaders): Introduced | undefined {
    if (!isPlainCall(body)) return undefined;
    const { _meta: meta, name } = body.params;
    const { protocolVersionHeader: version, mcpMethodHeader: method, mcpNameHeader: named } = headers;
    if (version === undefined || meta[PROTOCOL_VERSION_META_KEY] !== version) return undefined;
    if (!modernVersions.includes(version) || method !== body.method) return undefined;
    // What looks encoded is left to whoever decodes it.
    if (typeof name !== "string" || named !== name || name.startsWith("=?")) return undefined;
    const said = saidIn(meta);
    return said === undefined ? undefined : this.#met.get(said);
  }
}

type Meta = Readonly<Record<string, unknown>>;
type PlainCall = Readonly<Record<string, unknown>> & JSONRPCRequest & { params: { _meta: Meta; name: unknown } };

function isPlainCall(body: Readonly<Record<string, unknown>>): body is PlainCall {
  const { jsonrpc, id, method, params } = body;
  if (jsonrpc !== "2.0" || method !== "tools/call") return false;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return false;
  for (const member in body) if (!members.has(member)) return false;
  const meta = metaOf(params);
  if (meta === undefined) return false;
  for (const name in meta) if (!metaMembers.has(name)) return false;
  const token = meta["progressToken"];
  return token === undefined || typeof token === "string" || Number.isSafeInteger(token);
}

function metaOf(params: unknown): Meta | undefined {
  const meta = isRecord(params) ? params["_meta"] : undefined;
  return isRecord(meta) ? meta : undefined;
}

/** `undefined` where it is too long to be kept. */
function saidIn(meta: Meta): string | undefined {
  const said = JSON.stringify([meta[CLIENT_INFO_META_KEY], meta[CLIENT_CAPABILITIES_META_KEY]]);
  return said.length > maxSaidChars ? undefined : said;
}

function introducedIn(meta: Meta): Introduced {
  const { name = "" } = (meta[CLIENT_INFO_META_KEY] ?? {}) as { name?: string };
  const { extensions } = meta[CLIENT_CAPABILITIES_META_KEY] as { extensions?: Record<string, unknown> };
  return { name, takes: extensions?.[tasksExtension] === undefined ? "answers" : "tasks" };
}
