import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import type { LogView, Piece } from "../../core/processes/output-log.ts";
import { Fault } from "../../protocol/fault.ts";
import { CHANNEL } from "../../protocol/frames.ts";
import type { CallId } from "../../protocol/ids.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { type Asked, callOf } from "./exchange.ts";
import type { OutputReader, RequestRates } from "./parts.ts";
import { type Batch, batchBytes, pump, type Source, serverSentEvent } from "./pump.ts";
import { queryReader } from "./query.ts";

export interface OutputParts {
  operations: Operations;
  outputs: OutputReader;
  rates: RequestRates;
  clock: Clock;
  settings: { epoch: string };
}

const maxPageBytes = 1024 * 1024;

export const outputQuery = z.strictObject({
  offset: z.int().min(0).default(0),
  limit: z
    .int()
    .min(1)
    .max(maxPageBytes)
    .default(4 * batchBytes),
});

const readQuery = queryReader(outputQuery);
const channelNames = new Map<number, string>(Object.entries(CHANNEL).map(([name, number]) => [number, name]));

/**
 * The bytes of a call, raw and paged, or as base64 events for those who accept `text/event-stream`.
 * Nothing is cut silently: every page says where it begins, where the next one does, what is gone and
 * whether more will come.
 */
export async function sendOutput(parts: OutputParts, asked: Asked): Promise<void> {
  const call = callOf(asked);
  // Refuses whoever may not see the call, before anything tells that it has an output.
  await parts.operations["call.get"](asked, { call });
  const view = await parts.outputs.view(call);
  if (view === undefined)
    throw new Fault("output.unknown", "Cannot read the output: the call has none, or not any more", {
      facts: { call },
    });
  if (asked.request.headers.accept?.includes("text/event-stream") === true) await follow(parts, asked, { call, view });
  else await sendPage(parts.outputs, asked, { call, view });
}

async function sendPage(outputs: OutputReader, asked: Asked, log: { call: CallId; view: LogView }): Promise<void> {
  const { offset, limit } = parseAs(outputQuery, readQuery(asked.query), "the query");
  if (offset > log.view.end)
    throw new Fault("input.invalid", `Cannot read at ${offset}: nothing is there, expected at most ${log.view.end}`, {
      facts: { base: log.view.base, end: log.view.end },
    });
  const page = pageOf(await outputs.read(log.call, offset, limit), offset);
  const exit = page.next === log.view.end ? log.view.exit : undefined;
  const { response } = asked;
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Content-Length", page.length);
  response.setHeader("Exai-Offset", page.start);
  response.setHeader("Exai-Next-Offset", page.next);
  response.setHeader("Exai-Base", log.view.base);
  response.setHeader("Exai-End", log.view.end);
  response.setHeader("Exai-Complete", String(exit !== undefined));
  if (page.start > offset) response.setHeader("Exai-Hole", `${offset}-${page.start}`);
  if (exit !== undefined) response.setHeader("Exai-Exit", exit.code ?? `signal ${exit.signal}`);
  response.end(Buffer.concat(page.bytes));
}

/** Bytes that follow each other: a hole in front moves the start, a later one ends the page. */
function pageOf(pieces: readonly Piece[], offset: number) {
  const page = { start: offset, next: offset, length: 0, bytes: [] as Uint8Array[] };
  for (const piece of pieces) {
    if (piece.kind === "data") {
      page.bytes.push(piece.bytes);
      page.length += piece.bytes.length;
      page.next = piece.offset + piece.bytes.length;
    } else if (page.length === 0) page.start = page.next = piece.to;
    else break;
  }
  return page;
}

async function follow(parts: OutputParts, asked: Asked, log: { call: CallId; view: LogView }): Promise<void> {
  const cursor = cursorOf(asked, parts.settings.epoch, "offset");
  if (log.view.exit !== undefined && cursor.elsewhere === undefined && cursor.at >= log.view.end) {
    asked.response.writeHead(204).end();
    return;
  }
  using _connection = parts.rates.connection(asked.caller);
  const source = new OutputSource(parts, log.call, cursor);
  try {
    await pump(asked, source, parts.clock);
  } finally {
    parts.outputs.setHungry(log.call, source, false);
  }
}

class OutputSource implements Source {
  readonly #outputs: OutputReader;
  readonly #epoch: string;
  readonly #call: CallId;
  #elsewhere: number | undefined;
  #offset: number;

  constructor(parts: OutputParts, call: CallId, cursor: Cursor) {
    this.#outputs = parts.outputs;
    this.#epoch = parts.settings.epoch;
    this.#call = call;
    this.#elsewhere = cursor.elsewhere;
    this.#offset = cursor.at;
  }

  listen(onMore: () => void): Disposable {
    return this.#outputs.listen(this.#call, onMore);
  }

  async next(): Promise<Batch> {
    // Looked at before reading: what the log says is sealed then cannot grow behind the read.
    const view = await this.#outputs.view(this.#call);
    const pieces = await this.#outputs.read(this.#call, this.#offset, batchBytes);
    const text = this.#gap() + pieces.map((piece) => this.#event(piece)).join("");
    if (pieces.length > 0) return { text, state: "more" };
    if (view === undefined) return { text: text + this.#end({ reason: "removed" }), state: "ended" };
    if (view.exit !== undefined && this.#offset >= view.end)
      return { text: text + this.#end({ length: view.end, ...view.exit }), state: "ended" };
    this.#outputs.setHungry(this.#call, this, true);
    return { text, state: "idle" };
  }

  #gap(): string {
    if (this.#elsewhere === undefined) return "";
    const data = JSON.stringify({ call: this.#call, from: 0, to: this.#elsewhere, reason: "epoch" });
    this.#elsewhere = undefined;
    return serverSentEvent({ id: `${this.#epoch}:0`, name: "gap", data });
  }

  #event(piece: Piece): string {
    if (piece.kind === "hole") {
      this.#offset = piece.to;
      const data = JSON.stringify({ offset: piece.offset, to: piece.to });
      return serverSentEvent({ id: this.#id(), name: "hole", data });
    }
    this.#offset = piece.offset + piece.bytes.length;
    const base64 = Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.length).toString("base64");
    const data = JSON.stringify({ offset: piece.offset, channel: channelNames.get(piece.channel), base64 });
    return serverSentEvent({ id: this.#id(), data });
  }

  #end(how: object): string {
    return serverSentEvent({ id: this.#id(), name: "end", data: JSON.stringify(how) });
  }

  #id(): string {
    return `${this.#epoch}:${this.#offset}`;
  }
}
