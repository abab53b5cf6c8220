import type { Caller } from "./caller.ts";
import type { EndedToken } from "./doors.ts";

/** Whether what this caller opened must close: its token has ended, or the call that its token was made for. */
export function isEndedBy(caller: Caller, { token, call }: EndedToken): boolean {
  return caller.token === token || (call !== undefined && caller.call === call);
}
