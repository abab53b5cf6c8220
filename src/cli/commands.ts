import { alike, nearest } from "../base/nearest.ts";
import type { CommandView } from "../protocol/command-views.ts";
import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { tableText } from "./show/table.ts";
import { ownCommand } from "./version.ts";

/** The commands that there are, and why one is refused or missing; of one of them, all that it takes. */
export async function commands(shell: Shell, id: string | undefined): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { commands: all } = await client.request("command.list", {}, shell.signal);
  const shown = id === undefined ? all : [named(all, id)];
  if (screen.form === "json") for (const view of shown) screen.json(view);
  else if (id === undefined) screen.print(tableText(["COMMAND", "STATE", "WHAT"], all.map(rowOf), screen.width));
  else for (const view of shown) screen.print(detailText(view));
  return EXIT.succeeded;
}

function named(all: readonly CommandView[], id: string): CommandView {
  const found = all.find((view) => view.id === id);
  if (found !== undefined) return found;
  const ids = all.map((view) => view.id);
  const near = nearest(id, ids, { most: 3, share: alike });
  const expected = near.length === 0 ? `one that \`${ownCommand} commands\` lists` : near.join(" or ");
  throw new Fault("input.invalid", `Cannot find command ${id}: there is none, expected ${expected}`, {
    facts: { near },
  });
}

function rowOf({ id, state, title, reason }: CommandView): string[] {
  return [id, state, reason ?? title];
}

function detailText({ id, state, title, reason, usage, least, network }: CommandView): string {
  const confined = least === "C" ? "in any way" : `confined in way ${least} or better`;
  return [
    title === "" ? id : `${id}: ${title}`,
    reason === undefined ? state : `${state}: ${reason}`,
    `runs ${confined}, ${network ? "with" : "without"} a network where it is confined`,
    ...(usage ?? ["takes any arguments"]).map((line) => `  ${line}`),
  ].join("\n");
}
