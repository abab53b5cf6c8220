import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";
import type { CallHandle } from "../../../src/client/call-handle.ts";
import { type Client, connect } from "../../../src/client/client.ts";
import type { FollowOptions } from "../../../src/client/connect-options.ts";
import { OutcomeUnknown } from "../../../src/client/outcome-unknown.ts";
import type { OutputPiece } from "../../../src/client/output.ts";
import type { WebSocketLike } from "../../../src/client/socket.ts";
import { isEnding } from "../../../src/protocol/endings.ts";
import { Fault } from "../../../src/protocol/fault.ts";
import type { CallId } from "../../../src/protocol/ids.ts";
import { fastTimers } from "./fast-timers.ts";
import type { Job, Note } from "./history.ts";
import { type Progress, progressIn, take } from "./progress.ts";
import { argvOf, sha256, textOf } from "./work.ts";

const atOnce = 4;
const timeFactor = 10;
const retryMs = 100;
const pausedMs = 200;

export interface ChaosClientParts {
  url: string;
  /** As which the daemon serves: the network between has an address of its own. */
  host: string;
  token: string;
  name: string;
  files: { stream: string; ran: string };
  note: (note: Note) => void;
  /** How far each job had come when a predecessor was killed. */
  known: Map<string, Progress>;
  signal: AbortSignal;
}

/** Does jobs over a bad network, notes what it learns, and comes again as somebody new where its session is lost. */
export class ChaosClient implements AsyncDisposable {
  readonly #parts: ChaosClientParts;
  #client: Client;
  /** The last connection was begun at this moment. */
  #dialledMs = 0;

  constructor(parts: ChaosClientParts) {
    this.#parts = parts;
    this.#client = this.#connect();
    // Whoever waits for an event is told that there will be none.
    parts.signal.addEventListener("abort", () => void this.#client.close(), { once: true });
  }

  /** Resolves when every job has ended, or with the signal's reason. */
  async work(jobs: readonly Job[]): Promise<void> {
    const waiting = [...jobs];
    const lane = async () => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await this.#job(job);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  async #job(job: Job): Promise<void> {
    const progress = progressIn(this.#parts.known, job.key);
    if (progress.isEnded) return;
    try {
      const first = await this.#started(job, progress);
      const readers = Array.from({ length: job.readers }, (_, reader) => this.#read({ job, progress, reader, first }));
      const output = job.tool === "exec" ? this.#output(job, progress, first) : undefined;
      await Promise.all([...readers, output, this.#act(job, progress)]);
      await this.#end(job, progress);
    } catch (error) {
      this.#parts.signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      this.#note(progress, { what: "refused", key: job.key, code: error.code });
    }
  }

  /** A start is repeated under its key until it is acknowledged. */
  async #started(job: Job, progress: Progress): Promise<CallHandle | undefined> {
    if (progress.call !== undefined) return undefined;
    const { key, bytes, onDisconnect, isFollowedFromStart: follow } = job;
    const { files, signal } = this.#parts;
    const isEcho = job.tool === "echo";
    const delay = isEcho && job.delayMs > 0 ? { delayMs: job.delayMs } : {};
    const input = isEcho ? { text: textOf({ ...job, bytes }), ...delay } : { argv: argvOf(job, files) };
    const handle = await this.#lasting((client) =>
      client.start(job.tool, { input, key, onDisconnect, follow }, signal),
    );
    this.#note(progress, { what: "acknowledged", key, call: handle.id });
    return handle;
  }

  async #read(what: { job: Job; progress: Progress; reader: number; first: CallHandle | undefined }): Promise<void> {
    const { job, progress, reader } = what;
    const { key } = job;
    let handle = reader === 0 ? what.first : undefined;
    await this.#lasting(async (client) => {
      handle ??= this.#follow(client, progress, { after: progress.seen.get(reader) ?? 0 });
      const { events } = handle;
      handle = undefined;
      for await (const event of events) {
        if (!("type" in event)) {
          const { from, to, reason } = event;
          this.#note(progress, { what: "gap", key, reader, from, to, reason });
          continue;
        }
        const { seq, type, from = seq } = event;
        this.#note(progress, { what: "event", key, reader, from, seq, type });
        if (isEnding(type)) return;
      }
    });
  }

  async #output(job: Job, progress: Progress, first: CallHandle | undefined): Promise<void> {
    const { key } = job;
    let handle = first;
    await this.#lasting(async (client) => {
      if (progress.offset === undefined) return;
      const output = (handle ?? this.#follow(client, progress, { offset: progress.offset })).output();
      handle = undefined;
      try {
        for await (const piece of output) this.#note(progress, noted(key, piece));
        const { length } = await output.exit;
        this.#note(progress, { what: "fin", key, length });
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== "output.unknown") throw error;
        this.#note(progress, { what: "no output", key, code: error.code });
      }
    });
  }

  async #act({ act, actAfterMs }: Job, progress: Progress): Promise<void> {
    if (act === "none") return;
    await wait(actAfterMs, undefined, { signal: this.#parts.signal });
    const control = (action: "pause" | "resume" | "cancel") =>
      this.#lasting((client) => this.#follow(client, progress, {}).control(action));
    if (act === "cancel") {
      await control("cancel");
      return;
    }
    await control("pause");
    await wait(pausedMs, undefined, { signal: this.#parts.signal });
    await control("resume");
  }

  async #end({ key }: Job, progress: Progress): Promise<void> {
    const view = await this.#lasting((client) => this.#follow(client, progress, {}).result());
    const { phase, seq, fault, result } = view;
    this.#note(progress, {
      what: "ended",
      key,
      phase,
      seq,
      ...(fault === undefined ? {} : { fault: fault.code }),
      ...(result === undefined ? {} : { sha256: sha256(result.content) }),
    });
  }

  #follow(client: Client, { call }: Progress, options: FollowOptions): CallHandle {
    const epoch = client.server?.epoch;
    return client.follow(call as CallId, { ...options, ...(epoch === undefined ? {} : { epoch }) });
  }

  /** Tries until it is done: with a new client where the old one was let in no more, later where that was asked for. */
  async #lasting<T>(act: (client: Client) => Promise<T>): Promise<T> {
    for (;;) {
      this.#parts.signal.throwIfAborted();
      const client = this.#client;
      try {
        return await act(client);
      } catch (error) {
        if (client.state === "ended") {
          if (this.#client === client && !this.#parts.signal.aborted) this.#client = this.#connect();
        } else if (!mayRepeat(error)) throw error;
        await wait(retryMs, undefined, { signal: this.#parts.signal });
      }
    }
  }

  #connect(): Client {
    const { url, token, name } = this.#parts;
    let isNew = true;
    const client = connect({
      url,
      token,
      client: { name, version: "1" },
      timers: fastTimers(timeFactor),
      socket: (address, protocols) => this.#dial(address, protocols),
    });
    client.onState((state) => {
      if (state !== "open" || client.server === undefined) return;
      if (isNew) this.#parts.note({ what: "opened", session: client.server.session });
      else this.#parts.note({ what: "resumed", ms: performance.now() - this.#dialledMs });
      isNew = false;
    });
    return client;
  }

  #dial(url: string, protocols: string[]): WebSocketLike {
    this.#dialledMs = performance.now();
    const headers = { host: this.#parts.host };
    return new WebSocket(url, protocols, { perMessageDeflate: false, headers }) as unknown as WebSocketLike;
  }

  #note(progress: Progress, note: Note): void {
    take(progress, note);
    this.#parts.note(note);
  }
}

function noted(key: string, piece: OutputPiece): Note {
  if (piece.kind === "hole") return { what: "hole", key, offset: piece.offset, to: piece.to };
  const { offset, bytes } = piece;
  return { what: "output", key, offset, length: bytes.length, sha256: sha256(bytes) };
}

function mayRepeat(error: unknown): boolean {
  return error instanceof OutcomeUnknown || (error instanceof Fault && (error.retry.safe || error.code === "internal"));
}
