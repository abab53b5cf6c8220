import { launcher } from "../launcher.ts";
import type { ServerCommand } from "./clients.ts";

/** What a client that finds another data folder, or another daemon, than this terminal must be told. */
const passedOn = ["EXAI_HOME", "EXAI_URL"];

/** How a client starts us, whatever its own PATH is. No token is written anywhere: the data folder has it. */
export function ownServer(env: Readonly<Record<string, string | undefined>>): ServerCommand {
  const given = passedOn.flatMap((name) => {
    const value = env[name]?.trim();
    return value ? [[name, value] as const] : [];
  });
  return { command: process.execPath, args: [launcher, "mcp"], env: Object.fromEntries(given) };
}
