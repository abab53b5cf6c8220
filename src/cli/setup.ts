import { homedir } from "node:os";
import { Fault } from "../protocol/fault.ts";
import { confirm } from "./confirm.ts";
import { EXIT } from "./exit-codes.ts";
import { type Change, setUp, undo } from "./setup/change.ts";
import { clients, type SetupClient, type Surroundings } from "./setup/clients.ts";
import { type ConfigFile, dropBackup, keepBackup, readConfig, writeConfig } from "./setup/config-file.ts";
import { ClientText } from "./setup/edits.ts";
import { lineDiff } from "./setup/line-diff.ts";
import { listClients } from "./setup/list-clients.ts";
import { ownServer } from "./setup/own-command.ts";
import type { Shell } from "./shell.ts";

export interface SetupOptions {
  print?: true;
  yes?: true;
  undo?: true;
}

/** Writes our entry into a client's configuration, or takes it back; without a client, tells how they stand. */
export async function setup(shell: Shell, name: string | undefined, options: SetupOptions): Promise<number> {
  const at: Surroundings = { platform: process.platform, home: shell.env["HOME"] || homedir(), env: shell.env };
  const server = ownServer(shell.env);
  if (name === undefined) return await listClients(shell, at, server);
  const client = clients.find((known) => known.name === name);
  if (client === undefined) throw unknownClient(name);
  const entry = client.entry(server);
  const path = client.file(at);
  if (options.print) {
    shell.screen.note(shell.screen.dim(`for ${path}`));
    shell.screen.print(new ClientText(client).set("", entry));
    return EXIT.succeeded;
  }
  const file = await readConfig(path);
  const change = options.undo ? undo(client, file, entry) : setUp(client, file, entry);
  if (change !== undefined) return await apply(shell, { client, file, change }, options);
  shell.screen.print(options.undo ? `${client.title} has no entry of exai` : `${client.title} is set up already`);
  return EXIT.succeeded;
}

interface Planned {
  client: SetupClient;
  file: ConfigFile;
  change: Change;
}

async function apply(shell: Shell, { client, file, change }: Planned, { yes }: SetupOptions): Promise<number> {
  const { screen } = shell;
  const { path } = file;
  screen.print(`${path}${change.after === undefined ? " is taken away" : ""}`);
  for (const line of lineDiff(file.text ?? "", change.after ?? "")) screen.print(line);
  if (change.note !== undefined) screen.note(screen.warning(change.note));
  if (!yes && !(await isWanted(shell))) {
    screen.note("Nothing was written");
    return EXIT.failed;
  }
  if (change.backup === "keep") screen.note(screen.dim(`as it was: ${await keepBackup(file)}`));
  await writeConfig(file, change.after);
  if (change.backup === "drop") await dropBackup(file);
  screen.note(`Restart ${client.title} so that it sees the change`);
  return EXIT.succeeded;
}

async function isWanted({ stdin, signal }: Shell): Promise<boolean> {
  if (stdin.isTTY !== true)
    throw new Fault(
      "input.invalid",
      "Cannot ask whether to write this: stdin is no terminal, expected --yes or --print",
    );
  return await confirm({ stdin, signal }, "Write it?");
}

function unknownClient(name: string): Fault {
  const known = clients.map((client) => client.name).join(", ");
  return new Fault("input.invalid", `Cannot set up ${name}: it is not known, expected one of ${known}`);
}
