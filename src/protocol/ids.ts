import { z } from "zod";

/** Ids are opaque strings, branded so that one kind is never passed for another. */
const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.-]+$/);

/** Names a call; the daemon makes them so that they sort by the time of acceptance. */
export const callId = id.brand<"CallId">();
/** Names a call. */
export type CallId = z.infer<typeof callId>;

/** Names a session; the daemon's own choice, never a client's. */
export const sessionId = id.brand<"SessionId">();
/** Names a session. */
export type SessionId = z.infer<typeof sessionId>;

/** Names a principal; its name for people is another thing and may be taken again once it is removed. */
export const principalId = id.brand<"PrincipalId">();
/** Names a principal. */
export type PrincipalId = z.infer<typeof principalId>;

/** Names a token; it stands in the token's text in front of the secret and may be shown. */
export const tokenId = id.brand<"TokenId">();
/** Names a token. */
export type TokenId = z.infer<typeof tokenId>;

/** Names a conversation within its principal: the id of the call that began it, unless its client chose a name. */
export const threadId = z.string().min(1).max(200).brand<"ThreadId">();
/** Names a conversation. */
export type ThreadId = z.infer<typeof threadId>;
