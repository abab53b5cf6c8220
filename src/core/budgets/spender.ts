import type { CallId, PrincipalId, TokenId } from "../../protocol/ids.ts";
import type { Budget } from "../../protocol/methods.ts";
import type { Usage } from "../../protocol/result.ts";
import type { Account } from "./account.ts";

/** Whose money it is. */
export interface Payer {
  readonly call: CallId;
  readonly tool: string;
  readonly owner: { readonly principal: PrincipalId; readonly token?: TokenId };
  /** What it and all below it may spend. */
  readonly account: Account;
}

/** A call, as its context shows it. */
export interface Spender extends Payer {
  readonly budget: Budget;
  /** Grows with every settled request. */
  readonly usage: Usage;
}
