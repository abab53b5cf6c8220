import type { Role, Scope } from "../../protocol/access-methods.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { Allowance } from "./allowance.ts";

/** Who is asking, as the credential on this connection or request proved it. */
export interface Caller {
  readonly principal: PrincipalId;
  /** For people who look; as it was when the credential was read. */
  readonly principalName?: string;
  readonly role: Role;
  readonly token: TokenId;
  readonly scopes: ReadonlySet<Scope>;
  /** Patterns of tool names; empty means every tool that the scopes allow. */
  readonly tools: readonly string[];
  /** Absolute directories this caller may name. */
  readonly roots: readonly string[];
  /** Milliseconds since 1970, null where it does not expire. */
  readonly expiresAt: number | null;
  readonly session?: SessionId;
  /** Name of the client program; callers without a session take turns by token and this. */
  readonly client: string;
  /** Set where the credential is bound to a running call: what it starts is that call's child. */
  readonly call?: CallId;
  /** Set besides where that call runs below an agent's: it has no more than that run was given. */
  readonly allowance?: Allowance;
}
