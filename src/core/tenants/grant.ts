import { isInside } from "../../base/is-inside.ts";
import { type Scope, scopes } from "../../protocol/access-methods.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { PrincipalRow } from "../store/tenants.ts";
import type { Caller } from "./caller.ts";
import { everyRoot, isPlainPath } from "./roots.ts";
import { matches } from "./scopes.ts";

/** What a token allows. */
export interface Grant {
  scopes: readonly Scope[];
  tools: readonly string[];
  roots: readonly string[];
}

/** All that there is: what the owner's own tokens have. */
export const fullGrant: Grant = { scopes, tools: [], roots: [everyRoot] };

/**
 * Refuses a grant that is wider than its giver: scopes and tools always, directories too unless the giver
 * administrates. No grant reaches beyond the daemon's roots, and a user's never administrates.
 */
export function checkGrant(
  grant: Grant,
  giver: Caller,
  limits: { role: PrincipalRow["role"]; allRoots: readonly string[] },
): void {
  for (const scope of grant.scopes) if (!giver.scopes.has(scope)) throw tooWide(`scope ${scope}`, [...giver.scopes]);
  if (limits.role === "user" && grant.scopes.includes("admin"))
    throw new Fault("auth.scope", "Cannot give the scope admin to a user, expected an owner or operator");
  checkTools(grant.tools, giver);
  const outer = giver.scopes.has("admin") ? limits.allRoots : giver.roots;
  const mayGiveEvery = giver.role === "owner" && giver.scopes.has("admin");
  for (const root of grant.roots) if (root !== everyRoot || !mayGiveEvery) checkRoot(root, outer);
}

/** Refuses unless the caller may act for this principal: its own, or any with admin; for the owner only as owner. */
export function checkMayManage(caller: Caller, target: { id: PrincipalId; role: PrincipalRow["role"] }): void {
  if (caller.call !== undefined)
    throw new Fault("auth.scope", "Cannot administrate: the token belongs to a running call, expected one of its own");
  if (caller.principal === target.id) return;
  const mayAll = caller.scopes.has("admin") && (target.role !== "owner" || caller.role === "owner");
  if (!mayAll)
    throw new Fault(
      "auth.scope",
      "Cannot act on another principal: the token lacks the right, expected the scope admin",
      {
        facts: { has: [...caller.scopes] },
      },
    );
}

function checkTools(tools: readonly string[], giver: Caller): void {
  if (giver.tools.length === 0) return;
  if (tools.length === 0) throw tooWide("every tool", giver.tools);
  for (const tool of tools)
    if (!giver.tools.some((pattern) => matches(pattern, tool))) throw tooWide(`tool pattern ${tool}`, giver.tools);
}

function checkRoot(root: string, outer: readonly string[]): void {
  if (!isPlainPath(root))
    throw new Fault(
      "input.invalid",
      `Cannot give the root ${root}: it is no plain path, expected an absolute one without ..`,
    );
  if (!isInside(root, outer)) throw tooWide(`root ${root}`, outer);
}

function tooWide(what: string, has: readonly string[]): Fault {
  return new Fault(
    "auth.scope",
    `Cannot give ${what}: it is wider than what there is to give, expected it within ${has.join(", ") || "nothing"}`,
    {
      facts: { asked: what, within: has },
    },
  );
}
