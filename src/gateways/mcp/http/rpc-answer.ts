import type { ServerResponse } from "node:http";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";

/** A refusal in both languages: the status is HTTP's, the code JSON-RPC's. */
export interface RpcError {
  status: number;
  code: number;
  message: string;
  data?: unknown;
}

/** Answers with one JSON-RPC message, whole. */
export function sendMessage(response: ServerResponse, status: number, message: JSONRPCMessage): void {
  sendJson(response, status, JSON.stringify(message));
}

/** Refuses a request before any server saw it. `id` is the request's own, where one could be read. */
export function sendRpcError(response: ServerResponse, error: RpcError, id: RequestId | null): void {
  const { status, code, message, data } = error;
  const refusal = { jsonrpc: "2.0", error: { code, message, ...(data === undefined ? {} : { data }) }, id };
  sendJson(response, status, JSON.stringify(refusal));
}

/** Says that a notification or a response was taken. */
export function sendTaken(response: ServerResponse): void {
  response.writeHead(202, { "Content-Length": 0 }).end();
}

/** The id of a body that is one request. */
export function idOf(body: Record<string, unknown>): RequestId | null {
  const { id, method } = body;
  return typeof method === "string" && (typeof id === "string" || typeof id === "number") ? id : null;
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}
