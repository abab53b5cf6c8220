import { setTimeout as wait } from "node:timers/promises";
import type WebSocket from "ws";
import type { CallHandle } from "../../../src/client/call-handle.ts";
import type { Client } from "../../../src/client/client.ts";
import type { DaemonProcess } from "../../support/daemon.ts";
import type { Door } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";

/** How the output of `yes` is read: at once, a piece for each other call, not at all, or by nobody. */
export const readers = ["fast", "slow", "stopped", "gone"] as const;
export type Reader = (typeof readers)[number];

/** So many commands of one principal run at once. */
export const streamsEach = 4;

/** What the daemon has to be told for so many streams. */
export function floodSettings(streams: number): Record<string, string> {
  return {
    EXAI_EXEC_ALLOW: "yes",
    EXAI_ROOTS: "/tmp",
    EXAI_EXEC_MAX_INFLIGHT: String(streams + 1),
    LOG_LEVEL: "warn",
  };
}

/** Other calls, one after the other: how long each took, and the most memory that the daemon had meanwhile. */
export interface Others {
  tookMs: number[];
  peakBytes: number;
}

/** A principal with up to four `yes`, read in one manner. */
export class Flood implements AsyncDisposable {
  readonly #door: Door;
  readonly #client: Client;
  readonly #calls: CallHandle[] = [];
  readonly #reading: Promise<void>[] = [];
  #socket: WebSocket | undefined;
  #breath = Promise.withResolvers<void>();
  #isOver = false;
  /** Bytes that were read in their place and as they were written. */
  bytes = 0;
  /** Pieces that were not. */
  wrong = 0;

  private constructor(door: Door) {
    this.#door = door;
    this.#client = clientOf(door, (socket) => {
      this.#socket = socket;
    });
  }

  /** Resolves when all of them run and are read. */
  static async begin(door: Door, { reader, streams }: { reader: Reader; streams: number }): Promise<Flood> {
    const flood = new Flood(door);
    for (let stream = 0; stream < streams; stream++) await flood.#start(reader);
    if (reader === "stopped") flood.#socket?.pause();
    if (reader === "gone") await flood.#client.close();
    return flood;
  }

  /** Lets slow readers take one more piece each. */
  breathe(): void {
    this.#breath.resolve();
    this.#breath = Promise.withResolvers();
  }

  /** Ends the commands; resolves when nothing of them runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.breathe();
    this.#socket?.resume();
    const client = clientOf(this.#door);
    try {
      await Promise.all(this.#calls.map(({ id }) => client.follow(id, {}).control("cancel")));
      await Promise.all(this.#calls.map(({ id }) => client.follow(id, {}).result()));
    } finally {
      await client.close();
      await this.#client.close();
    }
    await Promise.allSettled(this.#reading);
  }

  async #start(reader: Reader): Promise<void> {
    const options = { input: { argv: ["yes"], cwd: "/tmp" }, follow: true, detached: reader === "gone" };
    const call = await startPatiently(this.#client, "exec", options);
    this.#calls.push(call);
    for await (const event of call.events) if ("type" in event && event.type === "process.started") break;
    if (reader === "fast" || reader === "slow") this.#reading.push(this.#read(call, reader));
  }

  async #read(call: CallHandle, reader: "fast" | "slow"): Promise<void> {
    let at = 0;
    for await (const piece of call.output()) {
      if (piece.kind === "hole") at = piece.to;
      else {
        if (piece.offset === at && isYes(piece)) this.bytes += piece.bytes.length;
        else this.wrong += 1;
        at = piece.offset + piece.bytes.length;
      }
      if (reader === "slow") await this.#breath.promise;
      if (this.#isOver) return;
    }
  }
}

const pattern = Buffer.alloc(2 * 1024 * 1024, "y\n");

function isYes({ offset, bytes }: { offset: number; bytes: Uint8Array }): boolean {
  const from = offset % 2;
  return pattern.subarray(from, from + bytes.length).equals(bytes);
}

/** The owner's calls, until there were so many or so much time has passed. */
export async function otherCalls(
  daemon: DaemonProcess,
  until: { calls: number } | { ms: number },
  floods: readonly Flood[] = [],
): Promise<Others> {
  const others: Others = { tookMs: [], peakBytes: 0 };
  await using client = clientOf(daemon);
  const endMs = performance.now() + ("ms" in until ? until.ms : Number.POSITIVE_INFINITY);
  while (performance.now() < endMs && !("calls" in until && others.tookMs.length >= until.calls)) {
    const beganMs = performance.now();
    const call = await startPatiently(client, "echo", { input: { text: "still there" } });
    await call.result();
    others.tookMs.push(performance.now() - beganMs);
    others.peakBytes = Math.max(others.peakBytes, memoryOf(daemon.pid));
    for (const flood of floods) flood.breathe();
    if ("ms" in until) await wait(20);
  }
  return others;
}

/** Principals who may run commands, a door for each. */
export async function usersOf(daemon: DaemonProcess, count: number): Promise<Door[]> {
  await using owner = clientOf(daemon);
  const doors: Door[] = [];
  for (let number = 1; number <= count; number++) {
    const { id: principal } = await owner.request("principal.create", { name: `user-${number}` }, never);
    const scopes: ("tools" | "exec")[] = ["tools", "exec"];
    const made = await owner.request("token.create", { name: "flood", principal, scopes, roots: ["/tmp"] }, never);
    doors.push({ url: daemon.url, token: made.token });
  }
  return doors;
}
