import type { IncomingHttpHeaders } from "node:http";
import type { JSONRPCRequest } from "@modelcontextprotocol/server";
import type { RpcError } from "./rpc-answer.ts";

/** What the headers of a request say of its body, for whoever routes it without reading that. */
export interface StandardHeaders {
  protocolVersionHeader?: string;
  mcpMethodHeader?: string;
  mcpNameHeader?: string;
}

const headerMismatch = -32020;

/** Of which methods `Mcp-Name` repeats a parameter. */
const nameSources: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** As the client sent them, blanks around them gone; absent where it sent none. */
export function standardHeaders(headers: IncomingHttpHeaders): StandardHeaders {
  const { "mcp-protocol-version": version, "mcp-method": method, "mcp-name": name } = headers;
  return {
    ...(typeof version === "string" && { protocolVersionHeader: version.trim() }),
    ...(typeof method === "string" && { mcpMethodHeader: method.trim() }),
    ...(typeof name === "string" && { mcpNameHeader: name.trim() }),
  };
}

/**
 * What a request of 2026-07-28 lacks in its headers, or says otherwise than its body: −32020 under 400. What
 * disagrees about version or method was refused while it was routed.
 */
export function headerFault(given: StandardHeaders, message: JSONRPCRequest): RpcError | undefined {
  if (given.protocolVersionHeader === undefined) return mismatch("MCP-Protocol-Version is missing");
  if (given.mcpMethodHeader === undefined) return mismatch("Mcp-Method is missing");
  const source = Object.hasOwn(nameSources, message.method) ? nameSources[message.method] : undefined;
  const wanted = source === undefined ? undefined : message.params?.[source];
  if (typeof wanted !== "string") return undefined;
  if (given.mcpNameHeader === undefined) return mismatch("Mcp-Name is missing");
  const said = decodedName(given.mcpNameHeader);
  if (said === undefined) return mismatch("Mcp-Name is no base64 of UTF-8");
  return said === wanted ? undefined : mismatch(`Mcp-Name is another than params.${source}`);
}

function mismatch(fact: string): RpcError {
  return {
    status: 400,
    code: headerMismatch,
    message: `Cannot serve this request: ${fact}, expected headers that agree with the body`,
  };
}

/** A name that no header can carry comes as `=?base64?…?=`. */
function decodedName(header: string): string | undefined {
  const [, encoded] = /^=\?base64\?(.*)\?=$/i.exec(header) ?? [];
  if (encoded === undefined) return header;
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64"));
  } catch {
    // Not UTF-8: it names nothing.
    return undefined;
  }
}
