import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { CallHandle } from "../../../src/client/call-handle.ts";
import type { Client } from "../../../src/client/client.ts";
import type { StartOptions } from "../../../src/client/connect-options.ts";
import { Fault } from "../../../src/protocol/fault.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { clientOf, never } from "../socket-client.ts";
import type { Sample } from "./drift.ts";
import { InspectedHeap, inspectable } from "./inspected-heap.ts";

const inFlight = 48;
const lookEveryMs = 50;
/** Large enough that what is kept at hand of ended calls is full after some thousand. */
const textBytes = 8000;

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
  /** Starts that were told to come again. */
  refused: number;
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
      ...inspectable,
      EXAI_EXEC_ALLOW: "true",
      EXAI_ROOTS: "/tmp",
      EXAI_DURABILITY: "process",
      EXAI_DATA_MAX_BYTES: "67108864",
      LOG_LEVEL: "warn",
    },
  });
  using heap = await InspectedHeap.of(daemon);
  return await new Soak({ daemon, heap, options }).run();
}

type Start = [tool: string, input: Record<string, unknown>, options: StartOptions];

class Soak {
  readonly #daemon: DaemonProcess;
  readonly #heap: InspectedHeap;
  readonly #options: SoakOptions;
  readonly #samples: Sample[] = [];
  readonly #sockets = new Set<{ terminate(): void }>();
  readonly #startMs = performance.now();
  #begun = 0;
  #calls = 0;
  #cancelled = 0;
  #commands = 0;
  #refused = 0;

  constructor(parts: { daemon: DaemonProcess; heap: InspectedHeap; options: SoakOptions }) {
    this.#daemon = parts.daemon;
    this.#heap = parts.heap;
    this.#options = parts.options;
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
    return {
      samples: this.#samples,
      calls: this.#calls,
      cancelled: this.#cancelled,
      commands: this.#commands,
      refused: this.#refused,
      held,
    };
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

  async #call(client: Client, number: number): Promise<void> {
    if (number % 1009 === 0) await this.#command(client);
    else if (number % 101 === 0) await this.#cancel(client, number);
    else if (number % 7 === 0) await this.#read(client, number);
    else await this.#echo(client, number);
    if (number % 20_011 === 0) for (const socket of this.#sockets) socket.terminate();
  }

  async #echo(client: Client, number: number): Promise<void> {
    const text = textOf(number);
    const call = await this.#start(client, "echo", { text }, {});
    const { result, phase } = await call.result();
    if (result?.content !== text) throw new Error(`${call.id} is ${phase} and answers ${result?.content}`);
  }

  async #read(client: Client, number: number): Promise<void> {
    const call = await this.#start(client, "echo", { text: textOf(number) }, { follow: true });
    let count = 0;
    for await (const _event of call.events) count += 1;
    if (count < 3) throw new Error(`${call.id} told ${count} events, expected 3 at least`);
  }

  async #cancel(client: Client, number: number): Promise<void> {
    const call = await this.#start(client, "echo", { text: textOf(number), delayMs: 60_000 }, {});
    await call.control("cancel");
    const { phase } = await call.result();
    if (phase !== "cancelled") throw new Error(`${call.id} is ${phase}, expected cancelled`);
    this.#cancelled += 1;
  }

  async #command(client: Client): Promise<void> {
    const call = await this.#start(client, "exec", { argv: ["true"], cwd: "/tmp" }, { onDisconnect: "keep" });
    const { phase } = await call.result();
    if (phase !== "succeeded") throw new Error(`${call.id} is ${phase}, expected succeeded`);
    this.#commands += 1;
  }

  /** A daemon that is asked for more than it can do says when to come again: a heap that is looked at stands still. */
  async #start(client: Client, ...[tool, input, options]: Start): Promise<CallHandle> {
    for (;;) {
      try {
        return await client.start(tool, { input, ...options }, never);
      } catch (error) {
        if (!(error instanceof Fault) || !error.retry.safe) throw error;
        this.#refused += 1;
        await wait(error.retry.afterMs ?? 0);
      }
    }
  }

  /** Takes a sample each time enough calls have ended. */
  async #look(working: Promise<unknown>): Promise<void> {
    const over = Promise.withResolvers<"over">();
    working.then(() => over.resolve("over"), over.reject);
    let next = this.#options.callsASample;
    for (;;) {
      if (this.#calls >= next) {
        await this.#sample();
        next = this.#calls + this.#options.callsASample;
      }
      if ((await Promise.race([over.promise, wait(lookEveryMs)])) === "over") return;
    }
  }

  async #sample(): Promise<void> {
    const { pid } = this.#daemon;
    const heapBytes = await this.#heap.livingBytes();
    const sample: Sample = {
      calls: this.#calls,
      seconds: (performance.now() - this.#startMs) / 1000,
      heapBytes,
      memoryBytes: memoryOf(pid),
      handles: readdirSync(`/proc/${pid}/fd`).length,
    };
    this.#samples.push(sample);
    this.#options.onSample(sample);
  }
}

/** A text of its own for each: what is shared would not run. */
function textOf(number: number): string {
  return `soak ${number} `.padEnd(textBytes, "x");
}
