import type { Command } from "commander";
import { alike, nearest } from "../base/nearest.ts";

/** Refuses a word that is no command of a group, in place of handing it to the one that it has by default. */
export function refuseUnknownCommands(group: Command): void {
  group.hook("preSubcommand", () => {
    const [word] = group.args;
    const names = group.commands.map((command) => command.name());
    if (word === undefined || word.startsWith("-") || [...names, "help"].includes(word)) return;
    const near = nearest(word, names, { most: 3, share: alike });
    const told = near.length === 0 ? `expected one of ${names.join(", ")}` : `Did you mean ${near.join(" or ")}?`;
    group.error(`error: unknown command '${word}'\n(${told})`, { code: "commander.unknownCommand" });
  });
}
