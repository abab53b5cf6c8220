import { type CommandView, commandsListed } from "../../protocol/command-views.ts";
import { ownCommand } from "../version.ts";
import type { Finding } from "./finding.ts";

const answerWithinMs = 10_000;
const about = "commands";

/** Which commands a daemon lets this token run; nothing where the token is none for commands. */
export async function commandFindings(url: string, token: string): Promise<Finding[]> {
  const headers = { connection: "close", authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/v1/commands`, { headers, signal: AbortSignal.timeout(answerWithinMs) });
  const listed = commandsListed.safeParse(await response.json());
  if (!listed.success) return [];
  const { commands } = listed.data;
  return [stateFinding(commands, "ready"), stateFinding(commands, "refused"), stateFinding(commands, "missing")].flat();
}

function stateFinding(commands: readonly CommandView[], state: CommandView["state"]): Finding[] {
  const ids = commands.filter((view) => view.state === state).map(({ id }) => id);
  if (ids.length === 0) return [];
  if (state === "ready") return [{ state: "fine", about, text: `ready: ${ids.join(", ")}` }];
  return [{ state: "note", about, text: `${state}: ${ids.join(", ")}; \`${ownCommand} commands\` says why` }];
}
