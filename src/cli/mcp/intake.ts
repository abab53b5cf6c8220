import { isRecord } from "../../base/is-record.ts";
import { Fault } from "../../protocol/fault.ts";
import { isDeeperThan, maxJsonDepth } from "../../protocol/json-depth.ts";
import type { Line } from "./lines.ts";
import { type Message, type MessageId, refusal, rpcCodes } from "./message.ts";

/** A frame of the WebSocket has a message two levels down. */
const deepest = maxJsonDepth - 2;

/** What came in a line: a message, or why it is none, and what the client is to be told about it. */
export type Taken = { message: Message } | { refusal: Message; answers: "client" | "server" };

/** Reads a line of a client; what cannot be carried is answered, and to whom that answer goes. */
export function takeLine(line: Line, maxBytes: number): Taken {
  if (line.kind === "too-long") return tooLong(line, maxBytes);
  const { text } = line;
  const value = parsed(text);
  if (value === undefined) return toClient(null, { code: rpcCodes.parse, message: "Cannot read the line: no JSON" });
  if (!isRecord(value))
    return toClient(null, { code: rpcCodes.request, message: "Cannot take the line: expected one JSON-RPC message" });
  const message = value as Message;
  const { id } = message;
  if (!isDeeperThan(text, deepest)) return { message };
  const known = typeof id === "string" || typeof id === "number" ? id : undefined;
  const fault = new Fault(
    "input.invalid",
    `Cannot carry the message: it nests deeper than ${deepest} levels, expected at most those`,
  );
  return refused(known, message["method"] === undefined ? "answer" : "request", fault);
}

function tooLong({ id, isRequest, bytes }: Line & { kind: "too-long" }, maxBytes: number): Taken {
  const fault = new Fault(
    "input.too-large",
    `Cannot carry the message: it is ${bytes} bytes long, expected at most ${maxBytes}`,
    { facts: { bytes, maxBytes } },
  );
  return refused(id, isRequest ? "request" : "answer", fault);
}

function refused(id: MessageId | undefined, kind: "request" | "answer", fault: Fault): Taken {
  // The server must not wait for an answer that cannot be carried.
  if (kind === "answer" && id !== undefined)
    return { refusal: refusal(id, { code: rpcCodes.request, message: fault.message }), answers: "server" };
  return toClient(id ?? null, fault);
}

function toClient(id: MessageId | null, error: Parameters<typeof refusal>[1]): Taken {
  return { refusal: refusal(id, error), answers: "client" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
