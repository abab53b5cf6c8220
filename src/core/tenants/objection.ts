import { Fault } from "../../protocol/fault.ts";
import type { OwnedToken } from "../store/tenants.ts";
import { mayUse, type Usable } from "./scopes.ts";
import { refusalOf, standingOf } from "./standing.ts";

/**
 * Why a call may not go on, judged by its token as it is now: ended meanwhile, gone, or no longer good for
 * this tool. `undefined` where it may.
 */
export function objectionTo(token: OwnedToken | undefined, tool: Usable, nowMs: number): Fault | undefined {
  const opening = "Cannot go on: the token that started this call";
  if (token === undefined) return refusalOf("revoked", opening);
  const standing = standingOf(token, nowMs);
  if (standing !== "good") return refusalOf(standing, opening);
  if (mayUse({ scopes: new Set(token.scopes), tools: token.tools }, tool)) return undefined;
  return new Fault("auth.scope", `${opening} does not allow ${tool.name}, expected one that does`);
}
