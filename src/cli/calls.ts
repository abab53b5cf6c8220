import { hasEnded, type Phase } from "../protocol/phase.ts";
import type { CallView } from "../protocol/result.ts";
import { EXIT } from "./exit-codes.ts";
import { exitOfProgram } from "./program-exit.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { durationText, tableText, timeText } from "./show/table.ts";

export interface CallsOptions {
  limit: number;
  phase?: Phase;
  tool?: string;
}

/** The caller's calls, newest first. */
export async function calls(shell: Shell, { limit, phase, tool }: CallsOptions): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const wanted = { limit, ...(phase && { phase }), ...(tool && { tool }) };
  const { calls: views } = await client.request("call.list", wanted, shell.signal);
  if (screen.form === "json") for (const view of views) screen.json(view);
  else if (views.length === 0) screen.print("no calls");
  else screen.print(tableText(["CALL", "TOOL", "PHASE", "SINCE", "TOOK"], views.map(rowOf), screen.width));
  return EXIT.succeeded;
}

function rowOf(view: CallView): string[] {
  const { call, tool, phase, acceptedAt, endedAt } = view;
  const took = durationText((endedAt ?? Date.now()) - acceptedAt);
  const how = endingOf(view);
  const phaseText = how === undefined ? phase : `${phase} (${how})`;
  return [call, tool, phaseText, timeText(acceptedAt), hasEnded(phase) ? took : `${took} so far`];
}

/** What went wrong with it: its fault, or the exit of its program. */
function endingOf(view: CallView): string | undefined {
  if (view.fault !== undefined) return view.fault.code;
  const exit = exitOfProgram(view);
  return view.tool === "exec" && view.phase === "succeeded" && exit !== 0 ? `exit ${exit}` : undefined;
}
