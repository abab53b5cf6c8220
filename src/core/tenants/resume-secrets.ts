import type { SessionRow } from "../store/sessions.ts";

/** The resume secrets of one session, as hashes: at most two are good at any time. */
export type ResumeSecrets = Pick<SessionRow, "secretHash" | "previousHash">;

/** All that can happen to a session's secrets; they are hashes here, the texts are never kept. */
export type ResumeEvent =
  /** Somebody showed one of the secrets, or none of them, and is to get `issued` instead. */
  | { type: "resumed"; shown: "current" | "previous" | "neither"; issued: string }
  /** The client's first frame: it has the secret that was issued last. */
  | { type: "confirmed" };

/**
 * What is good after the event; `undefined` where the shown secret is not good (any more).
 * What was shown stays good until the client proves that the answer with the new one arrived, so a cut
 * answer locks nobody out; what was issued in between and never shown dies.
 */
export function advanceSecrets(now: ResumeSecrets, event: ResumeEvent): ResumeSecrets | undefined {
  if (event.type === "confirmed") return { secretHash: now.secretHash, previousHash: null };
  if (event.shown === "neither") return undefined;
  return { secretHash: event.issued, previousHash: event.shown === "current" ? now.secretHash : now.previousHash };
}
