import type { ProgressToken, RequestId } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type CallId, callId } from "../../../protocol/ids.ts";

/**
 * Where a client stands in the answer to a request: all that is needed to go on, over any connection and after a
 * restart. `seq` counts in the call's journal.
 */
export interface StreamCursor {
  request: RequestId;
  call: CallId;
  /** The last event of the call's journal that was sent. */
  seq: number;
  progressToken?: ProgressToken;
}

/** Of the stream that belongs to no request. */
export const standalone = "standalone";

const name = z.union([z.string().max(256), z.number()]);
const packed = z.tuple([name, callId, z.int().min(0), name.nullable()]);

/** The id of an event: `<epoch>:<cursor>`, in characters that every header takes. */
export function eventId(epoch: string, cursor: StreamCursor | typeof standalone): string {
  if (cursor === standalone) return `${epoch}:${standalone}`;
  const { request, call, seq, progressToken = null } = cursor;
  const text = JSON.stringify([request, call, seq, progressToken] satisfies z.infer<typeof packed>);
  return `${epoch}:${Buffer.from(text).toString("base64url")}`;
}

/** What a `Last-Event-ID` stands for; a position of another history is its beginning. `undefined` where it is none of ours. */
export function cursorOf(epoch: string, id: string): StreamCursor | typeof standalone | undefined {
  const [itsEpoch, rest = ""] = id.split(":", 2);
  if (rest === standalone) return standalone;
  const parsed = packed.safeParse(parsedJson(Buffer.from(rest, "base64url").toString()));
  if (!parsed.success) return undefined;
  const [request, call, seq, progressToken] = parsed.data;
  const cursor = { request, call, seq: itsEpoch === epoch ? seq : 0 };
  return progressToken === null ? cursor : { ...cursor, progressToken };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Garbage is no cursor; the schema says so.
    return undefined;
  }
}
