import { Fault } from "../../protocol/fault.ts";

/** The same may come about twice within a call: once more is a second try, more than that is a loop. */
export const mostAlike = 2;

/** `call.looping`: what cannot be done, what of it was the same, and facts that say how often. */
export function looping(what: string, same: string, facts: { times: number } & Record<string, unknown>): Fault {
  return new Fault("call.looping", `Cannot ${what}: ${same}, expected something new`, { facts });
}
