import type { Scope } from "../../protocol/access-methods.ts";
import { Fault } from "../../protocol/fault.ts";

/**
 * What a run was given of the rights of its token. Programs that run below it have no more: their credential starts
 * these tools alone, and sees nothing but what was started below their own call.
 */
export interface Allowance {
  readonly scopes: readonly Scope[];
  /** Names of tools. */
  readonly tools: readonly string[];
  /** Named commands and programs; absent where these are all that the token may run. */
  readonly programs?: readonly string[];
}

/** Refuses with `auth.scope` a program that the run above was not given. */
export function mustAllowProgram({ allowance }: { allowance?: Allowance }, program: string): void {
  if (allowance?.programs === undefined || allowance.programs.includes(program)) return;
  const message = `Cannot run ${program}: the run above was not given it, expected one of ${allowance.programs.join(", ")}`;
  throw new Fault("auth.scope", message, { facts: { program, has: [...allowance.programs] } });
}
