import { Fault, type FaultCode } from "../../protocol/fault.ts";
import { rpcFaultCode } from "../../protocol/rpc.ts";

/** A message of MCP as it came; which of JSON-RPC's three it is shows in what it has. */
export type Message = Readonly<Record<string, unknown>>;
export type MessageId = string | number;

/** The code of a refusal by a daemon that stops. */
export const draining: FaultCode = "admission.draining";

export const rpcCodes = { parse: -32700, request: -32600 } as const;

export function isId(id: unknown): id is MessageId {
  return typeof id === "string" || typeof id === "number";
}

export function isRequest(message: Message): message is Message & { id: MessageId; method: string } {
  return isId(message["id"]) && typeof message["method"] === "string";
}

export function isAnswer(message: Message): message is Message & { id: MessageId } {
  return isId(message["id"]) && message["method"] === undefined;
}

/** Whether it is answered only when its client goes. */
export function isEndless({ method }: Message): boolean {
  return method === "subscriptions/listen";
}

/** The answer to a request that the daemon could not be asked, or refused before MCP saw it. */
export function refusal(id: MessageId | null, error: Fault | { code: number; message: string }): Message {
  if (!(error instanceof Fault)) return { jsonrpc: "2.0", id, error };
  return { jsonrpc: "2.0", id, error: { code: rpcFaultCode, message: error.message, data: error.view() } };
}

/** Whether a daemon that is about to stop has refused what it was asked: nothing came of it. */
export function isOfDraining({ result, error }: Message): boolean {
  const answered = fieldOf(result, "structuredContent");
  const fault = fieldOf(answered, "call") === undefined ? fieldOf(answered, "fault") : undefined;
  return [fault, fieldOf(error, "data")].some((refused) => fieldOf(refused, "code") === draining);
}

export function cancelled(requestId: MessageId, reason: string): Message {
  return { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId, reason } };
}

/** A field of an object that may be anything. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
