import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sleep } from "../base/clock.ts";
import { once } from "../base/once.ts";
import { keepMs } from "../core/store/retention.ts";
import type { McpAdditions } from "../gateways/mcp/mcp-additions.ts";
import type { McpServers } from "../gateways/mcp/mcp-servers.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";

const keyBytes = 32;
const settleMs = 25;

/** Loads MCP when somebody first speaks it: a daemon that nobody asks starts without it. One for all gateways. */
export async function openMcp(
  beginning: Beginning,
  core: Pick<Core, "operations" | "journal" | "outputs" | "calls" | "load" | "tools" | "library">,
  additions?: McpAdditions,
): Promise<() => Promise<McpServers>> {
  const { settings, clock, lifecycle, observation, version } = beginning;
  let loaded: Promise<McpServers> | undefined;
  const changes = new DisposableStack();
  const load = once(async () => {
    using _late = core.load.lateForAReason();
    const { McpServers: Servers } = await import("../gateways/mcp/mcp-servers.ts");
    Servers.preload();
    // Until the loop's lateness is read again, by a timer: what loading took of it would refuse the first calls.
    await sleep(clock, settleMs, new AbortController().signal);
    const key = await signingKey(join(settings.home, "mcp.key"));
    const servers = new Servers({
      ...core,
      clock,
      reports: observation.telemetry,
      settings: { ...settings.mcp, keepMs, version, key },
      ...(additions && { additions }),
    });
    changes.use(core.tools.onChange((principal) => servers.toolsChanged(principal)));
    changes.use(core.library.onChange(({ principal }) => servers.resourcesChanged(principal)));
    return servers;
  });
  lifecycle.onStop("MCP", async () => {
    changes[Symbol.dispose]();
    (await loaded?.catch(() => undefined))?.[Symbol.dispose]();
  });
  return () => {
    loaded = load();
    return loaded;
  };
}

/** Made once for the data folder: what was signed before a restart is good after it. */
async function signingKey(file: string): Promise<Uint8Array> {
  const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (kept !== undefined && kept.length >= keyBytes) return kept;
  const key = randomBytes(keyBytes);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.next`, key, { mode: 0o600, flush: true });
  await rename(`${file}.next`, file);
  return key;
}
