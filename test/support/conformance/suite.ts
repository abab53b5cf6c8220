import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ownEnvironment } from "../daemon.ts";
import { ownPort } from "../own-port.ts";
import { Program } from "../program.ts";

const root = join(import.meta.dirname, "../../..");
const daemonFile = join(root, "test/support/conformance.ts");
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
  readonly #program: Program;

  private constructor(home: string, program: Program) {
    this.url = `${program.readyWith}/mcp`;
    this.#home = home;
    this.#program = program;
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
    const argv = [daemonFile, String(port)];
    return new ConformanceDaemon(home, await Program.start({ argv, env, ready: /^listens on (\S+)$/ }));
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
    await this.#program.end("SIGTERM");
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
