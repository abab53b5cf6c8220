import { carry } from "./mcp/shim.ts";
import { homeOf } from "./reach/home.ts";
import { makeHome } from "./reach/make-home.ts";
import type { Shell } from "./shell.ts";

export interface McpOptions {
  standalone?: true;
}

/** MCP over the standard streams: stdout carries nothing else. */
export async function mcp(shell: Shell, { standalone }: McpOptions): Promise<number> {
  const pipes = { stdin: shell.stdin, stdout: process.stdout };
  if (!standalone) return await carry(shell, pipes);
  await makeHome(homeOf(shell.env));
  const { serveAlone } = await import("./mcp/alone.ts");
  const { openStandalone } = await import("../daemon/standalone.ts");
  return await serveAlone(shell, pipes, openStandalone);
}
