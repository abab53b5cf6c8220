import { z } from "zod";

/** Ids are opaque strings, branded so that one kind is never passed for another. */
const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/);

export const callId = id.brand<"CallId">();
export type CallId = z.infer<typeof callId>;

export const sessionId = id.brand<"SessionId">();
export type SessionId = z.infer<typeof sessionId>;

export const principalId = id.brand<"PrincipalId">();
export type PrincipalId = z.infer<typeof principalId>;

export const tokenId = id.brand<"TokenId">();
export type TokenId = z.infer<typeof tokenId>;

export const threadId = z.string().min(1).max(200).brand<"ThreadId">();
export type ThreadId = z.infer<typeof threadId>;
