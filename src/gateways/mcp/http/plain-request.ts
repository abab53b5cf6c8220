import { type JSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { isRecord } from "../../../base/is-record.ts";

const members: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);

/** Of the names in `_meta` those of the protocol itself: what begins so makes a request one of 2026-07-28, or of a task. */
const reservedMeta = "io.modelcontextprotocol/";

/**
 * Whether this is a request of a session that needs no closer look: well formed, with nothing in `_meta` that the
 * protocol goes by but a token for progress, and under a revision before 2026-07-28. Most of what sessions send is. Of
 * everything else this says nothing.
 */
export function isPlainRequest(
  body: Readonly<Record<string, unknown>>,
  version: string | readonly string[] | undefined,
): body is Readonly<Record<string, unknown>> & JSONRPCRequest {
  const { jsonrpc, id, method, params } = body;
  if (jsonrpc !== "2.0" || typeof method !== "string" || method === "initialize") return false;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return false;
  if (!isRecord(params)) return false;
  if ("_meta" in params && !isPlainMeta(params["_meta"])) return false;
  for (const member in body) if (!members.has(member)) return false;
  return version === undefined || (typeof version === "string" && SUPPORTED_PROTOCOL_VERSIONS.includes(version));
}

function isPlainMeta(meta: unknown): boolean {
  if (!isRecord(meta)) return false;
  for (const name in meta) if (name.startsWith(reservedMeta)) return false;
  const { progressToken: token } = meta;
  return token === undefined || typeof token === "string" || Number.isSafeInteger(token);
}
