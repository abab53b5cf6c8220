import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { ownEnvironment } from "../daemon.ts";
import { ownPort } from "../own-port.ts";

const root = join(import.meta.dirname, "../../..");
const program = join(root, "test/support/conformance.ts");
const suite = join(root, "node_modules/@modelcontextprotocol/conformance/dist/index.js");

interface Check {
  id: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  errorMessage?: string;
}

/** What the suite found in one scenario. */
export interface Scenario {
  name: string;
  checks: readonly Check[];
  /** Its checks that failed, in a line each. */
  failures: readonly string[];
}

/** The daemon with what the suite calls by name, in a process and a data folder of its own. */
export class ConformanceDaemon implements AsyncDisposable {
  readonly url: string;
  readonly #home: string;
  readonly #child: ChildProcess;

  private constructor(parts: { url: string; home: string; child: ChildProcess }) {
    this.url = parts.url;
    this.#home = parts.home;
    this.#child = parts.child;
  }

  static async start(): Promise<ConformanceDaemon> {
    const home = await mkdtemp(join(tmpdir(), "exai-conformance-"));
    const port = await ownPort();
    const url = `http://localhost:${port}`;
    // The suite asks a proxy that shows a token for it, and plays a page of its origin.
    const env = {
      ...ownEnvironment(),
      EXAI_HOME: home,
      EXAI_WS_PORT: "0",
      EXAI_ALLOWED_HOSTS: `localhost:${port},127.0.0.1:${port}`,
      EXAI_EXEC_CONFINEMENT: "C",
      EXAI_ALLOWED_ORIGINS: url,
    };
    const child = spawn(process.execPath, [program, String(port)], { env, stdio: ["ignore", "pipe", "inherit"] });
    const daemon = new ConformanceDaemon({ url: `${url}/mcp`, home, child });
    const lines = createInterface(child.stdout);
    const [ready] = await Promise.race([once(lines, "line"), once(child, "exit")]);
    if (typeof ready === "string") return daemon;
    throw new Error(`Cannot start the daemon for the suite: it exited with ${ready}`);
  }

  /** Runs the suite with these arguments; answers each of its scenarios. */
  async run(...choice: string[]): Promise<Scenario[]> {
    const folder = await mkdtemp(join(this.#home, "results-"));
    const child = spawn(process.execPath, [suite, "server", "--url", this.url, ...choice, "-o", folder], {
      env: ownEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const names = await readdir(folder);
    if (names.length === 0) throw new Error(`The suite ran nothing: ${complained || said}`);
    return await Promise.all(names.toSorted().map((name) => scenarioOf(folder, name)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function scenarioOf(folder: string, file: string): Promise<Scenario> {
  const [, name = file] = /^server-(.*)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(file) ?? [];
  const checks: Check[] = JSON.parse(await readFile(join(folder, file, "checks.json"), "utf8"));
  const failures = checks
    .filter(({ status }) => status === "FAILURE")
    .map(({ id, errorMessage = "" }) => `${name}: ${id}: ${errorMessage}`);
  return { name, checks, failures };
}

/** The scenarios that a revision requires of a server. */
export async function requirementsOf(revision: string): Promise<{ scored: string[] }> {
  const file = join(root, `node_modules/@modelcontextprotocol/conformance/requirements/${revision}.yaml`);
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const from = lines.indexOf("server:") + 1;
  const scored = lines.slice(from, lines.indexOf("client:")).flatMap((line) => /^\s+- (\S+)$/.exec(line)?.[1] ?? []);
  if (scored.length === 0) throw new Error(`Cannot read what ${revision} requires: found no scenario in ${file}`);
  return { scored };
}
