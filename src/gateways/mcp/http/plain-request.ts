import { type JSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";

const members: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);

/**
 * Whether this is a request of a session that needs no closer look: well formed, without `_meta`, and under a
 * revision before 2026-07-28. Most of what sessions send is. Of everything else this says nothing.
 */
export function isPlainRequest(
  body: Readonly<Record<string, unknown>>,
  version: string | readonly string[] | undefined,
): body is Readonly<Record<string, unknown>> & JSONRPCRequest {
  const { jsonrpc, id, method, params } = body;
  if (jsonrpc !== "2.0" || typeof method !== "string" || method === "initialize") return false;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return false;
  if (typeof params !== "object" || params === null || Array.isArray(params) || "_meta" in params) return false;
  for (const member in body) if (!members.has(member)) return false;
  return version === undefined || (typeof version === "string" && SUPPORTED_PROTOCOL_VERSIONS.includes(version));
}
