import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { isRecord } from "../../../base/is-record.ts";
import { isDeeperThan, maxJsonDepth } from "../../../protocol/json-depth.ts";

/** What a line of a server is: a message, words for people, or what claims to be a message and is none. */
export type Heard = { kind: "message"; message: JSONRPCMessage } | { kind: "words" } | { kind: "broken"; why: string };

export function heardIn(line: string): Heard {
  if (!line.trimStart().startsWith("{")) return { kind: "words" };
  if (isDeeperThan(line, maxJsonDepth)) return { kind: "broken", why: `it is nested deeper than ${maxJsonDepth}` };
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? { kind: "message", message: value } : { kind: "broken", why: "it is no JSON-RPC" };
  } catch {
    return { kind: "broken", why: "it is no JSON" };
  }
}

function isMessage(value: unknown): value is JSONRPCMessage {
  if (!isRecord(value) || value["jsonrpc"] !== "2.0") return false;
  const { id, method, result, error } = value;
  if (typeof method === "string") return true;
  return (typeof id === "string" || typeof id === "number" || id === null) && (isRecord(result) || isRecord(error));
}
