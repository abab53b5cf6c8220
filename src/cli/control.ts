import type { CallId } from "../protocol/ids.ts";
import { hasEnded } from "../protocol/phase.ts";
import { EXIT } from "./exit-codes.ts";
import { feedInput } from "./feed-input.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";

export type Action = "pause" | "resume" | "cancel" | "input";

export interface ControlOptions {
  /** Closes the standard input behind what it was given. */
  end?: true;
}

/** Steers a call, whoever started it; one that has ended is told with how, and can be neither paused nor resumed. */
export async function control(shell: Shell, call: string, action: Exclude<Action, "input">): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const view = await client.request("call.control", { call: call as CallId, action }, shell.signal);
  if (screen.form === "json") screen.json(view);
  else screen.print(hasEnded(view.phase) ? `${view.call} has ended: ${view.phase}` : `${view.call} is ${view.phase}`);
  return hasEnded(view.phase) && action !== "cancel" ? EXIT.failed : EXIT.succeeded;
}

/** Gives a call's program a line, or without one all that stands on stdin, bytes as they are; it may get more later. */
export async function giveInput(
  shell: Shell,
  call: string,
  { text, end }: ControlOptions & { text: string | undefined },
): Promise<number> {
  await using client = await reach(shell);
  const { call: id, phase } = await client.request("call.get", { call: call as CallId }, shell.signal);
  const handle = client.follow(id, {});
  if (text === undefined && !hasEnded(phase)) await feedInput(shell, handle, { atEnd: end ? "close" : "leave" });
  else {
    await handle.input(`${text ?? ""}\n`);
    if (end) await handle.end();
  }
  return EXIT.succeeded;
}
