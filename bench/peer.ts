import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Program } from "../test/support/program.ts";
import { cpuMs } from "./cpu.ts";

const folder = join(import.meta.dirname, "peers");

/** Servers of others, each as its documentation starts it. */
export const peers = {
  sdk: (port: number) => ["sdk-server.mjs", String(port)],
  fastmcp: (port: number) => ["fastmcp-server.mjs", String(port)],
  "mcp-proxy": (port: number) => [
    "node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs",
    ...["--port", String(port), "--host", "127.0.0.1", "--server", "stream", "--"],
    ...[process.execPath, join(folder, "stdio-server.mjs")],
  ],
} as const;
export type PeerName = keyof typeof peers;

/** A program of `bench/peers` under way, with all that it started. */
export class Peer implements AsyncDisposable {
  readonly #program: Program;
  readonly url: string;

  private constructor(program: Program, url: string) {
    this.#program = program;
    this.url = url;
  }

  /** `flags` are Node's. */
  static async start(name: PeerName, flags: readonly string[] = []): Promise<Peer> {
    const port = await freePort();
    const [file = "", ...rest] = peers[name](port);
    const ready = /(listens on \S+|starting server on port \d+)/i;
    const program = await Program.start({ argv: [...flags, join(folder, file), ...rest], ready });
    return new Peer(program, `http://127.0.0.1:${port}/mcp`);
  }

  get pid(): number {
    return this.#program.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.end("SIGTERM");
  }
}

/** CPU time of a process with all its descendants that live, in milliseconds. */
export function treeCpuMs(pid: number): number {
  return cpuMs(pid) + childrenOf(pid).reduce((sum, child) => sum + treeCpuMs(child), 0);
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent ? [Number(entry)] : [];
    } catch {
      // Gone since it was listed.
      return [];
    }
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}
