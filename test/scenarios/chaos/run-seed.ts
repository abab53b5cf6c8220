import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SystemClock } from "../../../src/base/clock.ts";
import { socketPath } from "../../../src/protocol/methods.ts";
import { ChaosProxy } from "../../support/chaos-proxy.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { metricOf, statusOf } from "../http-door.ts";
import { keptCalls, keptSessions } from "../kept-calls.ts";
import { markedProcesses } from "../marked-processes.ts";
import { ChaosClient } from "./chaos-client.ts";
import { violations } from "./checker.ts";
import { ClientProcess } from "./client-process.ts";
import { type Harm, harmsOf, plansOf } from "./harm.ts";
import type { Aftermath, History, Job, Note } from "./history.ts";
import { notesIn } from "./notes-file.ts";
import { jobsOf, streamOf, type WorkSize } from "./work.ts";

/** How much one run does. */
export interface RunSize extends WorkSize {
  /** Clients of this process; one more has a process of its own where there is one. */
  clients: number;
  harms: number;
  harmedConnections: number;
  /** Longer than any such run takes: what is not over by then never will be. */
  longestMs: number;
}

/** What one run did and what it showed. */
export interface RunReport {
  seed: number;
  violations: string[];
  /** What the clients noted and the store kept of each job that went wrong. */
  stories: string[];
  calls: number;
  events: number;
  connections: number;
  cuts: number;
  harms: Partial<Record<Harm["what"], number>>;
  /** Starts that were repeated after they had been accepted. */
  startsRepeated: number;
  /** Sessions that were opened and whose client never heard of it. */
  opensUnheard: number;
  resumesMs: number[];
}

const settleMs = 60_000;

/** One run: a daemon, clients, a network and their misfortunes, all by the seed; then the look at what is left. */
export async function runSeed(seed: number, size: RunSize): Promise<RunReport> {
  await using run = await ChaosRun.open(seed, size);
  await run.work();
  return await run.report();
}

class ChaosRun implements AsyncDisposable {
  readonly #seed: number;
  readonly #size: RunSize;
  readonly #held: AsyncDisposableStack;
  readonly #daemon: DaemonProcess;
  readonly #proxy: ChaosProxy;
  readonly #files: { stream: string; ran: string; notes: string };
  readonly #stream: Uint8Array;
  readonly #notes: Note[] = [];
  readonly #harms: RunReport["harms"] = {};
  #startsRepeated = 0;
  #broken: string[] = [];

  private constructor(parts: {
    seed: number;
    size: RunSize;
    held: AsyncDisposableStack;
    daemon: DaemonProcess;
    proxy: ChaosProxy;
    files: { stream: string; ran: string; notes: string };
    stream: Uint8Array;
  }) {
    this.#seed = parts.seed;
    this.#size = parts.size;
    this.#held = parts.held;
    this.#daemon = parts.daemon;
    this.#proxy = parts.proxy;
    this.#files = parts.files;
    this.#stream = parts.stream;
  }

  static async open(seed: number, size: RunSize): Promise<ChaosRun> {
    await using building = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "exai-chaos-"));
    building.defer(() => rm(folder, { recursive: true, force: true }));
    const files = { stream: join(folder, "stream"), ran: join(folder, "ran"), notes: join(folder, "notes") };
    const stream = streamOf(seed, size.streamBytes);
    await writeFile(files.stream, stream);
    const daemon = building.use(await startDaemon({ env: settingsOf(seed, folder) }));
    const { hostname: host, port } = new URL(daemon.url);
    const plan = plansOf(seed, size.harmedConnections);
    const target = { host, port: Number(port) };
    const proxy = building.use(await ChaosProxy.open({ target, clock: new SystemClock(), plan }));
    return new ChaosRun({ seed, size, held: building.move(), daemon, proxy, files, stream });
  }

  /** Everybody works while harm is done; who has not come to an end in time is left, and the check will say so. */
  async work(): Promise<void> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error("the run took too long")), this.#size.longestMs);
    const worked = new AbortController();
    await using clients = new AsyncDisposableStack();
    const aside = this.#hasProcess ? clients.use(new ClientProcess(this.#clientProcess())) : undefined;
    const working = Array.from({ length: this.#size.clients }, (_, client) =>
      clients.use(this.#client(client, limit.signal)).work(this.#jobsOf(client)),
    );
    const late = new Promise<void>((resolve) => limit.signal.addEventListener("abort", () => resolve()));
    const harming = this.#harm(aside, worked.signal);
    const everybody = Promise.all([...working, aside?.done()]).then(() => {});
    try {
      await Promise.race([everybody, late]);
    } catch (error) {
      this.#broken.push(`a client gave up: ${error instanceof Error ? error.stack : String(error)}`);
    } finally {
      clearTimeout(timer);
      limit.abort();
      worked.abort();
      await Promise.allSettled(working);
      await harming;
    }
  }

  async report(): Promise<RunReport> {
    const aftermath = await this.#aftermath();
    const notes = [...this.#notes, ...notesIn(this.#files.notes)];
    const journal = keptCalls(this.#daemon.home);
    const { ran } = this.#files;
    const { "kill daemon": killed = 0, "end daemon": stops = 0, "end and kill daemon": both = 0 } = this.#harms;
    const history = {
      jobs: this.#jobs(),
      stream: this.#stream,
      notes,
      journal,
      ran: existsSync(ran) ? readFileSync(ran, "utf8").split("\n").slice(0, -1) : [],
      downs: { kills: killed + both, stops: stops + both },
      aftermath,
    };
    const heard = new Set(notes.map((note) => (note.what === "opened" ? note.session : "")));
    const broken = [...this.#broken, ...violations(history)];
    return {
      seed: this.#seed,
      violations: broken,
      stories: storiesOf(history, broken),
      calls: journal.length,
      events: notes.filter(({ what }) => what === "event").length,
      connections: this.#proxy.connections,
      cuts: this.#proxy.cuts,
      harms: this.#harms,
      startsRepeated: this.#startsRepeated,
      opensUnheard: keptSessions(this.#daemon.home).filter((session) => !heard.has(session)).length,
      resumesMs: notes.flatMap((note) => (note.what === "resumed" ? [note.ms] : [])),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }

  /** Every other run has a client in a process of its own. */
  get #hasProcess(): boolean {
    return this.#seed % 2 === 0;
  }

  get #url(): string {
    return `ws://127.0.0.1:${this.#proxy.port}${socketPath}`;
  }

  get #host(): string {
    return new URL(this.#daemon.url).host;
  }

  #jobsOf(client: number): Job[] {
    return jobsOf(this.#seed, client, this.#size);
  }

  #jobs(): Job[] {
    const clients = this.#size.clients + (this.#hasProcess ? 1 : 0);
    return Array.from({ length: clients }, (_, client) => this.#jobsOf(client)).flat();
  }

  #client(client: number, signal: AbortSignal): ChaosClient {
    const { token } = this.#daemon;
    const note = (what: Note) => void this.#notes.push(what);
    const name = `chaos-${client}`;
    return new ChaosClient({
      url: this.#url,
      host: this.#host,
      token,
      name,
      files: this.#files,
      note,
      known: new Map(),
      signal,
    });
  }

  #clientProcess(): ConstructorParameters<typeof ClientProcess>[0] {
    const { clients, jobs, streamBytes } = this.#size;
    const size = { jobs, streamBytes };
    const { token } = this.#daemon;
    return { url: this.#url, host: this.#host, token, seed: this.#seed, client: clients, size, files: this.#files };
  }

  async #harm(client: ClientProcess | undefined, over: AbortSignal): Promise<void> {
    for (const harm of harmsOf(this.#seed, this.#size.harms)) {
      await wait(harm.afterMs, undefined, { signal: over }).catch(() => {});
      if (over.aborted) return;
      const toClient = harm.what === "kill client" || harm.what === "stop client";
      if (toClient && client === undefined) continue;
      this.#harms[harm.what] = (this.#harms[harm.what] ?? 0) + 1;
      try {
        await this.#do(harm, client);
      } catch (error) {
        this.#broken.push(`${harm.what}: ${String(error)}`);
        return;
      }
    }
  }

  async #do({ what, forMs }: Harm, client: ClientProcess | undefined): Promise<void> {
    const deeds: Record<Harm["what"], () => Promise<void> | void> = {
      "cut all": () => this.#proxy.cutAll(),
      "kill client": () => client?.signal("SIGKILL"),
      "stop client": () => standStill(forMs, (signal) => client?.signal(signal)),
      "stop daemon": () => standStill(forMs, (signal) => this.#daemon.kill(signal)),
      "kill daemon": async () => {
        await this.#count();
        await this.#daemon.kill("SIGKILL");
        await this.#daemon.restart();
      },
      "end daemon": async () => {
        await this.#count();
        await this.#daemon.restart();
      },
      "end and kill daemon": async () => {
        await this.#count();
        await this.#daemon.kill("SIGTERM");
        await wait(forMs);
        await this.#daemon.kill("SIGKILL");
        await this.#daemon.restart();
      },
    };
    await deeds[what]();
  }

  /** A daemon takes its counters with it. */
  async #count(): Promise<void> {
    this.#startsRepeated += await metricOf(this.#daemon, 'exai_calls_deduplicated_total{how="key"}');
  }

  /** Nothing runs any more a while after the last client is gone; then the daemon is told to end. */
  async #aftermath(): Promise<Aftermath> {
    await this.#count();
    const isOpen = (status: Awaited<ReturnType<typeof statusOf>>) =>
      Object.values(status.phases).some((count) => count > 0) ||
      Object.values(status.permits).some(({ held, waiting }) => held > 0 || waiting > 0);
    const untilMs = performance.now() + settleMs;
    let status = await statusOf(this.#daemon);
    while (isOpen(status) && performance.now() < untilMs) {
      await wait(50);
      status = await statusOf(this.#daemon);
    }
    const exit = await this.#daemon.stop();
    const { permits, phases } = status;
    return { permits, phases, exit, strays: markedProcesses(this.#daemon.home) };
  }
}

function storiesOf({ jobs, notes, journal }: History, broken: readonly string[]): string[] {
  const wrong = jobs.filter(({ key }) => broken.some((text) => text.startsWith(`${key} `)));
  return wrong.flatMap((job) => [
    JSON.stringify(job),
    ...notes.filter((note) => "key" in note && note.key === job.key).map((note) => JSON.stringify(note)),
    JSON.stringify(journal.filter(({ key }) => key === job.key)),
  ]);
}

async function standStill(forMs: number, send: (signal: NodeJS.Signals) => unknown): Promise<void> {
  await send("SIGSTOP");
  await wait(forMs);
  await send("SIGCONT");
}

/** Every fourth run takes the faster durability, which is to survive all that happens here as well. */
function settingsOf(seed: number, folder: string): Record<string, string> {
  return {
    EXAI_EXEC_ALLOW: "sh",
    EXAI_ROOTS: folder,
    EXAI_DRAIN_SECS: "1",
    EXAI_DISCONNECT_GRACE_SECS: "3",
    EXAI_DURABILITY: seed % 4 === 3 ? "process" : "disk",
  };
}
