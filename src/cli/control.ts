import type { CallId } from "../protocol/ids.ts";
import { hasEnded } from "../protocol/phase.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";

export type Action = "pause" | "resume" | "cancel";

/** Steers a call, whoever started it; one that has ended is told with how, and can be neither paused nor resumed. */
export async function control(shell: Shell, call: string, action: Action): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const view = await client.request("call.control", { call: call as CallId, action }, shell.signal);
  if (screen.form === "json") screen.json(view);
  else screen.print(hasEnded(view.phase) ? `${view.call} has ended: ${view.phase}` : `${view.call} is ${view.phase}`);
  return hasEnded(view.phase) && action !== "cancel" ? EXIT.failed : EXIT.succeeded;
}
