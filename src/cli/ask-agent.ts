import { type AgentOptions, agent } from "./agent.ts";
import type { Shell } from "./shell.ts";

/** What is looked at and changes nothing. */
export const looking = ["read", "search", "list", "git"] as const;

/** Asks about what lies here: a run that may look at everything and change nothing. */
export async function askAgent(
  shell: Shell,
  { text, files }: { text: string; files: readonly string[] },
  options: Omit<AgentOptions, "tool" | "file">,
): Promise<number> {
  return await agent(shell, [text], { ...options, tool: [...looking], ...(files.length > 0 && { file: [...files] }) });
}
