import { z } from "zod";
import { callId, threadId } from "./ids.ts";
import { acts, looks, type MethodContract } from "./method-contract.ts";

/** A conversation without its turns. Times are in milliseconds since 1970. */
export const threadView = z.object({
  id: threadId,
  /** Null where nobody gave it one. */
  name: z.string().nullable(),
  /** How it began, in one short line. */
  title: z.string(),
  createdAt: z.number(),
  /** When its last turn was recorded. */
  updatedAt: z.number(),
  turns: z.int(),
  /** What its turns take. */
  bytes: z.int(),
});
/** A conversation as lists hold it. */
export type ThreadView = z.infer<typeof threadView>;

/** What one side said, and the call in which it did. */
export const turnView = z.object({
  /** From 1 within its thread, without a hole. */
  seq: z.int(),
  /** Milliseconds since 1970. */
  at: z.number(),
  call: callId,
  tool: z.string(),
  role: z.enum(["user", "assistant"]),
  text: z.string(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** What the model was shown: lines `from` to `to`, both included; without them all of it. */
  files: z
    .array(z.object({ path: z.string(), sha256: z.string(), from: z.int().optional(), to: z.int().optional() }))
    .optional(),
});
/** A turn of a conversation. */
export type TurnView = z.infer<typeof turnView>;

const limit = z.int().min(1).max(200).default(50);
const after = z.int().min(0).default(0);

/** Conversations of the caller's principal; another's is as unknown as none. */
export const threadMethods = {
  "thread.list": {
    ...looks,
    http: ["GET", "/api/v1/threads", "Conversations, lately used first"],
    params: z.strictObject({ limit, before: threadId.optional() }),
    result: z.object({ threads: z.array(threadView) }),
  },
  "thread.search": {
    ...looks,
    http: ["GET", "/api/v1/threads/search", "Conversations that hold a text"],
    params: z.strictObject({ text: z.string().min(1).max(1000), limit }),
    /** How many were looked through for them, and whether there are others that were not. */
    result: z.object({ threads: z.array(threadView), searched: z.int(), more: z.boolean() }),
  },
  "thread.get": {
    ...looks,
    http: ["GET", "/api/v1/threads/:thread", "A conversation and its turns"],
    /** Turns behind `after`. */
    params: z.strictObject({ thread: threadId, after }),
    result: z.object({ thread: threadView, turns: z.array(turnView) }),
  },
  "thread.rename": {
    ...looks,
    http: ["POST", "/api/v1/threads/:thread/name", "Name a conversation"],
    /** Null takes the name away. */
    params: z.strictObject({ thread: threadId, name: z.string().trim().min(1).max(200).nullable() }),
    result: threadView,
  },
  "thread.export": {
    ...looks,
    http: ["GET", "/api/v1/threads/:thread/export", "A conversation as Markdown or JSON"],
    params: z.strictObject({ thread: threadId, format: z.enum(["markdown", "json"]).default("markdown"), after }),
    /** The texts of all pages, one behind the other, are the document; `next` is the next page's `after`. */
    result: z.object({ text: z.string(), next: z.int().nullable() }),
  },
  "thread.delete": {
    ...acts,
    http: ["DELETE", "/api/v1/threads/:thread", "Delete a conversation with its calls"],
    params: z.strictObject({ thread: threadId }),
    result: z.object({ calls: z.array(callId) }),
  },
} as const satisfies Record<string, MethodContract>;
