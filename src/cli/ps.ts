import type { ProcessView } from "../protocol/command-views.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { bytesText, durationText, tableText } from "./show/table.ts";

const head = ["CALL", "STATE", "RUNS", "CPU", "MEMORY", "PROCESSES", "WAY", "COMMAND"];

/** The commands that run, longest first: one's own, and everybody's for who may see them. */
export async function ps(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { processes } = await client.request("process.list", {}, shell.signal);
  if (screen.form === "json") for (const view of processes) screen.json(view);
  else if (processes.length === 0) screen.print("no commands run");
  else screen.print(tableText(head, processes.map(rowOf), screen.width));
  return EXIT.succeeded;
}

function rowOf({ call, state, startedAt, use, confinement, command, argv, principal }: ProcessView): string[] {
  const used =
    use === undefined ? ["", "", ""] : [durationText(use.cpuMs), bytesText(use.memoryBytes), String(use.processes)];
  const what = argv === undefined ? `${command} (${principal})` : argv.join(" ");
  return [call, state, durationText(Date.now() - startedAt), ...used, confinement, what.slice(0, 120)];
}
