import { isDeeperThan, maxJsonDepth } from "../../protocol/json-depth.ts";

export interface RequestFrame {
  id?: string | number;
  method: string;
  params: unknown;
  traceparent?: string;
}

const nothing = Object.freeze({});

/** A JSON-RPC request or notification, or in words what is wrong with the text. */
export function readRequest(text: string): RequestFrame | string {
  if (isDeeperThan(text, maxJsonDepth)) return `JSON deeper than ${maxJsonDepth}`;
  const frame = parse(text);
  if (frame === undefined) return "no JSON";
  if (Array.isArray(frame)) return "batches are refused";
  if (typeof frame !== "object" || frame === null) return "no JSON-RPC request";
  return checked(frame as Record<string, unknown>);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** By hand and not by schema: every frame comes through here. */
function checked(frame: Record<string, unknown>): RequestFrame | string {
  const { jsonrpc, id, method, params = nothing, traceparent } = frame;
  if (jsonrpc !== "2.0") return 'jsonrpc is not "2.0"';
  if (typeof method !== "string" || method.length > 64) return "no method";
  if (id !== undefined && !isId(id)) return "an id that is no string of 64 or integer";
  const request: RequestFrame = { method, params };
  if (id !== undefined) request.id = id;
  if (typeof traceparent === "string" && traceparent.length <= 64) request.traceparent = traceparent;
  return request;
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" ? id.length <= 64 : Number.isSafeInteger(id);
}
