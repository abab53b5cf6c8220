import { fileURLToPath } from "node:url";
import { readCommands } from "../adapters/processes/catalogue/read-commands.ts";
import { DiskPaths } from "../adapters/processes/paths/disk-paths.ts";
import { type CommandTable, openCommandTable } from "../core/processes/commands/command-table.ts";
import type { Paths } from "../core/processes/commands/paths.ts";
import { RunningCommands } from "../core/processes/commands/running.ts";
import type { ProcessHost, Way } from "../core/processes/process-host.ts";
import type { Settings } from "./config/settings.ts";

const folder = fileURLToPath(new URL("../../catalogue/commands", import.meta.url));

/** Where the programs of commands are looked for, and where they look for others. */
export const commandPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Which commands there are, and which run. */
export interface Commands {
  commands: CommandTable;
  running: RunningCommands;
  paths: Paths;
  leastWay: Way | undefined;
}

/** Looks up the programs of the usual commands and of the settings' own. */
export async function openCommands(settings: Settings, processes: Pick<ProcessHost, "find">): Promise<Commands> {
  const { commands: allow, named: own, leastWay } = settings.tools;
  const paths = new DiskPaths();
  const commands = await openCommandTable({
    ...(await readCommands(folder)),
    own,
    allow,
    path: commandPath,
    find: (name, path) => processes.find(name, path),
    paths,
  });
  return { commands, running: new RunningCommands(), paths, leastWay };
}
