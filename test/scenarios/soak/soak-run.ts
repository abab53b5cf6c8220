import { readdirSync } from "node:fs";
import type { Client } from "../../../src/client/client.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { metricOf, statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { clientOf, never } from "../socket-client.ts";
import type { Sample } from "./drift.ts";

const inFlight = 48;
const lookEveryMs = 200;

export interface SoakOptions {
  /** Ends once so many calls have ended, or so much time has passed. */
  maxCalls: number;
  maxMs: number;
  /** A sample each time so many more calls have ended. */
  callsASample: number;
  onSample: (sample: Sample) => void;
}

export interface Soaked {
  samples: Sample[];
  calls: number;
  cancelled: number;
  commands: number;
  /** Permits held when nobody waits any more. */
  held: number;
}

/**
 * Calls without end against a real daemon: mostly echoes, now and then one that is cancelled, one whose
 * events are read, a command, and a cut. What is stored is kept small, so that the sweeper works too.
 */
export async function soak(options: SoakOptions): Promise<Soaked> {
  await using daemon = await startDaemon({
    env: {
      EXAI_EXEC_ALLOW: "true",
      EXAI_ROOTS: "/tmp",
      EXAI_DURABILITY: "process",
      EXAI_DATA_MAX_BYTES: "67108864",
      LOG_LEVEL: "warn",
    },
  });
  return await new Soak(daemon, options).run();
}

class Soak {
  readonly #daemon: DaemonProcess;
  readonly #options: SoakOptions;
  readonly #samples: Sample[] = [];
  readonly #sockets = new Set<{ terminate(): void }>();
  readonly #startMs = performance.now();
  #begun = 0;
  #calls = 0;
  #cancelled = 0;
  #commands = 0;
  #leastHeap = Number.POSITIVE_INFINITY;

  constructor(daemon: DaemonProcess, options: SoakOptions) {
    this.#daemon = daemon;
    this.#options = options;
  }

  async run(): Promise<Soaked> {
    await using client = clientOf(this.#daemon, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await client.ready(never);
    const lanes = Array.from({ length: inFlight }, () => this.#lane(client));
    await this.#look(Promise.all(lanes));
    const { permits } = await statusOf(this.#daemon);
    const held = Object.values(permits).reduce((sum, permit) => sum + permit.held + permit.waiting, 0);
    return { samples: this.#samples, calls: this.#calls, cancelled: this.#cancelled, commands: this.#commands, held };
  }

  get #isOver(): boolean {
    const { maxCalls, maxMs } = this.#options;
    return this.#begun >= maxCalls || performance.now() - this.#startMs >= maxMs;
  }

  async #lane(client: Client): Promise<void> {
    while (!this.#isOver) {
      this.#begun += 1;
      await this.#call(client, this.#begun);
      this.#calls += 1;
    }
  }

  /** Every call has a text of its own: what is shared would not run. */
  async #call(client: Client, number: number): Promise<void> {
    if (number % 1009 === 0) await this.#command(client);
    else if (number % 101 === 0) await this.#cancel(client, number);
    else if (number % 7 === 0) await this.#read(client, number);
    else await this.#echo(client, number);
    if (number % 5003 === 0) for (const socket of this.#sockets) socket.terminate();
  }

  async #echo(client: Client, number: number): Promise<void> {
    const text = `soak ${number}`;
    const call = await client.start("echo", { text }, {}, never);
    const { result, phase } = await call.result();
    if (result?.content !== text) throw new Error(`${call.id} is ${phase} and answers ${result?.content}`);
  }

  async #read(client: Client, number: number): Promise<void> {
    const call = await client.start("echo", { text: `soak ${number}` }, { follow: true }, never);
    let count = 0;
    for await (const _event of call.events) count += 1;
    if (count < 3) throw new Error(`${call.id} told ${count} events, expected 3 at least`);
  }

  async #cancel(client: Client, number: number): Promise<void> {
    const call = await client.start("echo", { text: `soak ${number}`, delayMs: 60_000 }, {}, never);
    await call.control("cancel");
    const { phase } = await call.result();
    if (phase !== "cancelled") throw new Error(`${call.id} is ${phase}, expected cancelled`);
    this.#cancelled += 1;
  }

  async #command(client: Client): Promise<void> {
    const call = await client.start("exec", { argv: ["true"], cwd: "/tmp" }, { onDisconnect: "keep" }, never);
    const { phase } = await call.result();
    if (phase !== "succeeded") throw new Error(`${call.id} is ${phase}, expected succeeded`);
    this.#commands += 1;
  }

  /** Looks at the heap often, and takes a sample of what it came down to. */
  async #look(working: Promise<unknown>): Promise<void> {
    const over = Promise.withResolvers<"over">();
    working.then(() => over.resolve("over"), over.reject);
    let next = this.#options.callsASample;
    for (;;) {
      const heap = await metricOf(this.#daemon, 'exai_memory_bytes{kind="heap"}');
      this.#leastHeap = Math.min(this.#leastHeap, heap);
      if (this.#calls >= next) {
        this.#sample();
        next = this.#calls + this.#options.callsASample;
      }
      const later = new Promise<"later">((resolve) => setTimeout(() => resolve("later"), lookEveryMs));
      if ((await Promise.race([over.promise, later])) === "over") return;
    }
  }

  #sample(): void {
    const { pid } = this.#daemon;
    const sample: Sample = {
      calls: this.#calls,
      seconds: (performance.now() - this.#startMs) / 1000,
      heapBytes: this.#leastHeap,
      memoryBytes: memoryOf(pid),
      handles: readdirSync(`/proc/${pid}/fd`).length,
    };
    this.#leastHeap = Number.POSITIVE_INFINITY;
    this.#samples.push(sample);
    this.#options.onSample(sample);
  }
}
