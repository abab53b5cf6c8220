import { Fault } from "../../protocol/fault.ts";
import type { TokenRow } from "../store/tenants.ts";

/** Whether a token is as good as when it was given, and why not. Whoever asks that of a token asks here. */
export type Standing = "good" | "revoked" | "suspended" | "expired";

const ends = {
  revoked: { code: "auth.revoked", fact: "was revoked" },
  suspended: { code: "auth.revoked", fact: "belongs to a suspended principal" },
  expired: { code: "auth.expired", fact: "has expired" },
} as const;

/** Of several reasons the one that lasts longest. A row without `suspended` is judged by itself alone. */
export function standingOf(
  token: Pick<TokenRow, "revokedAt" | "expiresAt"> & { suspended?: boolean },
  nowMs: number,
): Standing {
  if (token.revokedAt !== null) return "revoked";
  if (token.suspended === true) return "suspended";
  return token.expiresAt !== null && token.expiresAt <= nowMs ? "expired" : "good";
}

/** The refusal of a token that is not good; `opening` is its sentence up to the token. */
export function refusalOf(standing: Exclude<Standing, "good">, opening: string): Fault {
  const { code, fact } = ends[standing];
  return new Fault(code, `${opening} ${fact}, expected one that is good`);
}
