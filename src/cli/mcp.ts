import { carry } from "./mcp/shim.ts";
import type { Shell } from "./shell.ts";

/** MCP over the standard streams: stdout carries nothing else. */
export async function mcp(shell: Shell): Promise<number> {
  return await carry(shell, { stdin: shell.stdin, stdout: process.stdout });
}
