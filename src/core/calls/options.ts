import type { CallId } from "../../protocol/ids.ts";
import type { Budget } from "../../protocol/methods.ts";
import type { CallRow, Store } from "../store/store.ts";
import { unknownCall } from "./unknown-call.ts";
import type { Owner } from "./work.ts";

/** What of a start must survive a crash besides tool and input; kept as JSON text with the call. */
export interface CallOptions {
  owner: Omit<Owner, "principal" | "token" | "session">;
  /** Whose turn it is within the principal: the session, or token and client name. */
  lane: string;
  /** Milliseconds from acceptance; null for none. */
  deadlineMs: number | null;
  budget: Budget;
  onDisconnect: "keep" | "cancel";
  /** Parent calls above this one. */
  depth: number;
  traceparent: string;
  /** Files that travelled with the call: path to base64. */
  files: Readonly<Record<string, string>>;
}

/** What a call was given: it may be large, and only a call that runs by itself needs it. */
export interface Given {
  /** As its tool's own schema parsed it. */
  input: Readonly<Record<string, unknown>>;
  files: CallOptions["files"];
}

/** What a stored call was given, files included; parsed anew each time, since it may be large. */
export function givenIn({ input, options }: Pick<CallRow, "input" | "options">): Given {
  return { input: JSON.parse(input), files: parseOptions(options).files };
}

/** As it was stored with the call; `call.unknown` where that is gone. */
export async function givenOf(store: Pick<Store, "call">, call: CallId): Promise<Given> {
  const row = await store.call({ call });
  if (row === undefined) throw unknownCall(call);
  return givenIn(row);
}

/** As written by `JSON.stringify`; only the daemon writes it. */
export function parseOptions(text: string): CallOptions {
  return JSON.parse(text) as CallOptions;
}
