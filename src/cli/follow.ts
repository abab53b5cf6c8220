import { orAborted } from "../base/abort.ts";
import type { CallId } from "../protocol/ids.ts";
import { attend } from "./attend.ts";
import { exitOfProgram } from "./program-exit.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";

export interface FollowOptions {
  after: number;
  /** The first byte of output to show. */
  offset?: number;
}

/** Shows a call that was started anywhere; leaving it changes nothing about it. */
export async function follow(shell: Shell, call: string, { after, offset }: FollowOptions): Promise<number> {
  await using client = await reach(shell);
  const { call: id } = await client.request("call.get", { call: call as CallId }, shell.signal);
  const handle = client.follow(id, { after, ...(offset !== undefined && { offset }) });
  const attending = attend(shell, handle, after === 0 ? {} : { mayHaveOutput: true });
  // Who has seen enough does not wait for the call.
  return exitOfProgram(await orAborted(attending, shell.signal));
}
