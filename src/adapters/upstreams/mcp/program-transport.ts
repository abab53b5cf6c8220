import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import type { Clock } from "../../../base/clock.ts";
import { orLate } from "../../../base/or-late.ts";
import type { Child } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import { Lines } from "./lines.ts";
import { heardIn } from "./message.ts";
import { Pace } from "./pace.ts";

/** Pipes take so much at once. */
const pieceBytes = 64 * 1024;
/** A program that reads nothing may not make the daemon keep what it is sent. */
const mostPendingBytes = 32 * 1024 * 1024;
const mostPending = 10_000;
const longestSaidBytes = 16 * 1024;
const askedMs = 500;
const graceMs = 3000;
/** So many messages are handed on before others have their turn. */
const turnMessages = 64;

export interface ProgramTransportParts {
  server: string;
  child: Child;
  clock: Clock;
  maxBytes: number;
  /** What it writes for people, line by line. */
  onSaid: (line: string) => void;
}

/**
 * MCP over the pipes of a program, one message a line. What it writes beyond its pace waits in the pipe; a line
 * that is too long, or that claims to be a message and is none, ends it.
 */
export class ProgramTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  /** These two say that it is a local pipe: one that does not answer a question it does not know is an older server. */
  readonly stderr = null;
  readonly pid: number;
  /** Settles once it is over, with why; with none where it was closed from here. */
  readonly ended: Promise<Fault | undefined>;
  readonly #parts: ProgramTransportParts;
  readonly #stopped = new AbortController();
  readonly #listened = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<Fault | undefined>();
  #sending: Promise<void> = Promise.resolve();
  #pendingBytes = 0;
  #pending = 0;
  #fault: Fault | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: ProgramTransportParts) {
    this.#parts = parts;
    this.pid = parts.child.pid;
    this.ended = this.#over.promise;
    // A program may end before anybody listens.
    void this.#live();
  }

  /** Nothing is handed on before it is listened to: until then it waits in the pipe. */
  async start(): Promise<void> {
    this.#listened.resolve();
  }

  /** Resolves when the pipe has taken it; in order. */
  async send(message: JSONRPCMessage): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    if (this.#pendingBytes + bytes.length > mostPendingBytes || this.#pending >= mostPending) {
      void this.#end(this.#unreadable("it reads nothing of what it is sent"));
      throw this.#unreadable("it reads nothing of what it is sent");
    }
    this.#pendingBytes += bytes.length;
    this.#pending += 1;
    const sent = this.#sending.then(() => this.#write(bytes));
    this.#sending = sent.catch(() => {});
    try {
      await sent;
    } finally {
      this.#pendingBytes -= bytes.length;
      this.#pending -= 1;
    }
  }

  async close(): Promise<void> {
    await this.#end(undefined);
  }

  /** Ends it for a reason. */
  fail(fault: Fault): void {
    void this.#end(fault);
  }

  /** Its fault is decided by whoever ends it first. */
  #end(fault: Fault | undefined): Promise<void> {
    this.#closing ??= this.#stop(fault);
    return this.#closing;
  }

  async #stop(fault: Fault | undefined): Promise<void> {
    const { child, onSaid } = this.#parts;
    this.#fault = fault;
    this.#stopped.abort();
    this.#listened.resolve();
    child.endInput();
    // Who waits for an answer does not wait for its death.
    if (fault === undefined) await this.#endsByItself();
    else this.#finish(fault);
    // Nobody can tell how one ended whose supervisor was lost; it is ended from there.
    await child.cancel({ graceMs }).catch((error) => onSaid(`(it could not be ended: ${reasonOf(error)})`));
    this.#finish(fault);
  }

  /** The end of its input is how a server is asked to end. */
  async #endsByItself(): Promise<void> {
    const { child, clock } = this.#parts;
    await orLate(
      child.exited.catch(() => {}),
      { clock, afterMs: askedMs },
    );
  }

  #finish(fault: Fault | undefined): void {
    this.#over.resolve(fault);
    const told = this.onclose;
    this.onclose = undefined;
    told?.();
  }

  async #live(): Promise<void> {
    const { child } = this.#parts;
    try {
      await this.#listened.promise;
      await this.#read();
      const { code, signal } = await child.exited;
      if (this.#closing === undefined) await this.#end(this.#lost(signal ?? `code ${code}`));
    } catch (error) {
      if (this.#closing !== undefined) return;
      const isOurs = error instanceof Fault && error.code.startsWith("upstream.");
      await this.#end(isOurs ? error : this.#lost(reasonOf(error)));
    }
  }

  async #read(): Promise<void> {
    const { child, clock, maxBytes, onSaid } = this.#parts;
    const { signal } = this.#stopped;
    const pace = new Pace({ clock });
    const messages = new Lines({ maxBytes });
    let words = new Lines({ maxBytes: longestSaidBytes });
    for await (const { channel, bytes } of child.output()) {
      if (signal.aborted) return;
      const amount = bytes.length;
      if (channel === "stderr") {
        const said = words.take(bytes);
        if (said === "too long") words = new Lines({ maxBytes: longestSaidBytes });
        else for (const line of said.slice(-100)) onSaid(line);
      } else await this.#hear(messages.take(bytes), pace);
      await pace.took({ bytes: amount }, signal);
    }
    for (const line of words.rest()) onSaid(line);
  }

  async #hear(lines: string[] | "too long", pace: Pace): Promise<void> {
    const { maxBytes, onSaid } = this.#parts;
    if (lines === "too long") throw this.#unreadable(`a line of it is longer than ${maxBytes} bytes`);
    for (let at = 0; at < lines.length; at += turnMessages) {
      const turn = lines.slice(at, at + turnMessages);
      for (const line of turn) {
        const heard = heardIn(line);
        if (heard.kind === "broken") throw this.#unreadable(`${heard.why}, expected one message a line`);
        if (heard.kind === "words") onSaid(line);
        else this.onmessage?.(heard.message);
      }
      await pace.took({ messages: turn.length }, this.#stopped.signal);
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      if (this.#stopped.signal.aborted) throw this.#fault ?? this.#lost("it was ended");
      await this.#parts.child.input(bytes.subarray(at, at + pieceBytes));
    }
  }

  #unreadable(why: string): Fault {
    const { server } = this.#parts;
    return new Fault("upstream.unreadable", `Cannot read what ${server} sent: ${why}`, { facts: { server } });
  }

  #lost(how: string): Fault {
    const { server } = this.#parts;
    const message = `Cannot go on with ${server}: its program ended by itself (${how}), expected it to wait for requests`;
    return new Fault("upstream.lost", message, { facts: { server, ended: how } });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
