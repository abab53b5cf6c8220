import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

const root = pathToFileURL(join(import.meta.dirname, "..")).href;
const recorder = join(import.meta.dirname, "programs/tells-what-it-loads.ts");

/** Of each folder of the product, and the packages: whatever is added here is paid for by every start. */
const daemon = {
  packages: ["pino", "prom-client", "ws", "zod"],
  folders: [
    "adapters/bus/in-process",
    "adapters/code/reading",
    "adapters/machine",
    "adapters/models/catalogue",
    "adapters/models/openai-compatible",
    "adapters/models/sdk",
    "adapters/output/spool",
    "adapters/processes/catalogue",
    "adapters/processes/paths",
    "adapters/processes/supervised",
    "adapters/store/sqlite",
    "adapters/upstreams/mcp",
    "adapters/workspace/local",
    "base",
    "cli",
    "cli/reach",
    "cli/show",
    "client",
    "core/admission",
    "core/breaker",
    "core/budgets",
    "core/calls",
    "core/fold",
    "core/models",
    "core/operations",
    "core/processes",
    "core/store",
    "core/tenants",
    "core/threads",
    "core/tools",
    "core/upstreams",
    "core/workspace",
    "daemon",
    "daemon/config",
    "daemon/telemetry",
    "daemon/toolbox",
    "gateways/answers",
    "gateways/http",
    "gateways/websocket",
    "protocol",
    "tools",
    "tools/calls",
    "tools/upstream",
  ],
  /** Modules of the product. Who needs more room here looks for what can come later first. */
  most: 425,
};
const storeThread = {
  packages: [],
  folders: ["adapters/store/sqlite", "base", "core/fold", "core/store", "protocol"],
  most: 45,
};

/** What a program has loaded of others that our packages bring along. */
const brought =
  /^(@pinojs\/|pino-|sonic-boom|thread-stream|atomic-sleep|on-exit-|quick-format-|safe-stable-|real-require)/;

interface Loaded {
  packages: string[];
  folders: string[];
  modules: number;
}

function loadedIn(file: string): Loaded {
  const urls = new Set(readFileSync(file, "utf8").trim().split("\n"));
  const [packages, folders] = [new Set<string>(), new Set<string>()];
  let modules = 0;
  for (const url of urls) {
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined && !brought.test(name)) packages.add(name);
    if (!url.startsWith(`${root}/src/`)) continue;
    modules += 1;
    folders.add(folderOf(url.slice(`${root}/src/`.length)));
  }
  return { packages: [...packages].sort(), folders: [...folders].sort(), modules };
}

/** A count within its bound is as good as any other. */
function expected({ most, ...rest }: typeof daemon | typeof storeThread, { modules }: Loaded) {
  return { ...rest, modules: Math.min(modules, most) };
}

/** An adapter is a folder below its port's. */
function folderOf(path: string): string {
  const parts = path.split("/").slice(0, path.startsWith("adapters/") ? 3 : 2);
  return parts.filter((part) => !part.includes(".")).join("/");
}

test("a daemon that was asked nothing has loaded this, and neither tools, vendors, evidence, agents nor MCP", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exai-loaded-"));
  try {
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(recorder).href}`, EXAI_TEST_LOADED: folder };
    await using _daemon = await startDaemon({ env });
    const [main, worker] = [loadedIn(join(folder, "main")), loadedIn(join(folder, "worker"))];
    expect(main).toEqual(expected(daemon, main));
    expect(worker).toEqual(expected(storeThread, worker));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
