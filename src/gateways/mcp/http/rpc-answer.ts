import type { ServerResponse } from "node:http";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/server";
import { sendJson } from "../../answers/send-json.ts";

/** A refusal in both languages: the status is HTTP's, the code JSON-RPC's. */
export interface RpcError {
  status: number;
  code: number;
  message: string;
  data?: unknown;
}

export const unknownMethod: RpcError = { status: 404, code: -32601, message: "Method not found" };
export const notAcceptable: RpcError = {
  status: 406,
  code: -32000,
  message: "Cannot answer: a stream is not accepted, expected Accept to name text/event-stream",
};

/** Answers with one JSON-RPC message, whole. */
export function sendMessage(response: ServerResponse, status: number, message: JSONRPCMessage): void {
  sendJson(response, status, message);
}

/** Refuses a request before any server saw it. `id` is the request's own, where one could be read. */
export function sendRpcError(response: ServerResponse, error: RpcError, id: RequestId | null): void {
  const { status, code, message, data } = error;
  const refusal = { jsonrpc: "2.0", error: { code, message, ...(data === undefined ? {} : { data }) }, id };
  sendJson(response, status, refusal);
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
