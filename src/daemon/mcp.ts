import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { McpServers } from "../gateways/mcp/mcp-servers.ts";
import { keepMs } from "../protocol/keep-ms.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";
import { loadLate } from "./late-loading.ts";
import { writeWhole } from "./write-whole.ts";

const keyBytes = 32;

/** Loads MCP when somebody first speaks it: a daemon that nobody asks starts without it. One for all gateways. */
export function openMcp(
  beginning: Beginning,
  core: Pick<Core, "operations" | "journal" | "outputs" | "calls" | "load" | "tools" | "upstreams">,
): () => Promise<McpServers> {
  const { settings, clock, lifecycle, observation, version, additions } = beginning;
  const { operations, journal, outputs, calls } = core;
  const open = async () => {
    const Servers = additions.mcp ?? (await import("../gateways/mcp/mcp-servers.ts")).McpServers;
    const { Library } = await import("../core/upstreams/library.ts");
    Servers.preload();
    const key = await signingKey(join(settings.home, "mcp.key"));
    const held = new DisposableStack();
    const library = held.use(new Library({ upstreams: core.upstreams, clock }));
    const servers = new Servers({
      operations,
      journal,
      outputs,
      calls,
      library,
      clock,
      reports: observation.telemetry,
      settings: { ...settings.mcp, keepMs, version, key },
    });
    held.use(servers);
    held.use(core.tools.onChange((principal) => servers.toolsChanged(principal)));
    held.use(library.onChange(({ principal }) => servers.resourcesChanged(principal)));
    return { servers, [Symbol.dispose]: () => held.dispose() };
  };
  const opened = lifecycle.lazily("MCP", () => loadLate({ load: core.load, clock }, open));
  return async () => (await opened()).servers;
}

/** Made once for the data folder: what was signed before a restart is good after it. */
async function signingKey(file: string): Promise<Uint8Array> {
  const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (kept !== undefined && kept.length >= keyBytes) return kept;
  const key = randomBytes(keyBytes);
  await writeWhole(file, key);
  return key;
}
