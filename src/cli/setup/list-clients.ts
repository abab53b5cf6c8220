import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { Unreadable } from "../../base/unreadable.ts";
import { EXIT } from "../exit-codes.ts";
import type { Shell } from "../shell.ts";
import { tableText } from "../show/table.ts";
import { clients, type ServerCommand, type SetupClient, type Surroundings } from "./clients.ts";
import { readConfig } from "./config-file.ts";
import { ClientText } from "./edits.ts";

const words = { same: "set up", other: "set up for another exai", none: "not set up" } as const;

/** How each client that we know stands. */
export async function listClients({ screen }: Shell, at: Surroundings, server: ServerCommand): Promise<number> {
  const seen = await Promise.all(
    clients.map(async (client) => ({ client, file: client.file(at), state: await stateOf(client, at, server) })),
  );
  if (screen.form === "json") {
    for (const { client, file, state } of seen) screen.json({ client: client.name, title: client.title, file, state });
    return EXIT.succeeded;
  }
  const rows = seen.map(({ client, file, state }) => [client.name, state, file]);
  screen.print(tableText(["client", "state", "file"], rows, screen.width));
  return EXIT.succeeded;
}

async function stateOf(client: SetupClient, at: Surroundings, server: ServerCommand): Promise<string> {
  const path = client.file(at);
  const { text } = await readConfig(path);
  if (text === undefined) return (await isThere(dirname(path))) ? words.none : "not found";
  try {
    return words[new ClientText(client).state(text, client.entry(server))];
  } catch (error) {
    if (error instanceof Unreadable) return `cannot be read, ${error.message}`;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
