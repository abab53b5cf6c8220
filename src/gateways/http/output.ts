import type { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { endOf, OutputCursor, type Step } from "../../core/processes/output-cursor.ts";
import type { LogView, OutputReader, Piece, Reader } from "../../core/processes/output-log.ts";
import { logOf, mustReach, pageOf } from "../../core/processes/output-page.ts";
import { Fault } from "../../protocol/fault.ts";
import { CHANNEL } from "../../protocol/frames.ts";
import type { CallId } from "../../protocol/ids.ts";
import { eventText } from "../answers/event-stream.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { type Asked, callOf } from "./exchange.ts";
import { outputQuery } from "./output-contract.ts";
import type { RequestRates } from "./parts.ts";
import { type Batch, batchBytes, pump, type Source } from "./pump.ts";
import { queryReader } from "./query.ts";

export interface OutputParts {
  operations: Operations;
  outputs: OutputReader;
  rates: RequestRates;
  clock: Clock;
  settings: { epoch: string };
}

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
  const query = parseAs(outputQuery, readQuery(asked.query), "the query");
  const view = await logOf(parts.outputs, call);
  if (asked.request.headers.accept?.includes("text/event-stream") === true)
    await follow(parts, asked, { call, view, from: query.offset });
  else await sendPage(parts.outputs, asked, { call, view, query });
}

interface Log {
  call: CallId;
  view: LogView;
}

async function sendPage(
  outputs: OutputReader,
  asked: Asked,
  log: Log & { query: z.output<typeof outputQuery> },
): Promise<void> {
  const { offset, limit } = log.query;
  mustReach(log.view, offset);
  outputs.consumed(log.call, offset, asked.caller);
  const page = await pageOf(outputs, log.call, { offset, limit });
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

async function follow(parts: OutputParts, asked: Asked, log: Log & { from: number }): Promise<void> {
  const cursor = cursorOf(asked, parts.settings.epoch, log.from);
  if (log.view.exit !== undefined && cursor.elsewhere === undefined && cursor.at >= log.view.end) {
    asked.response.writeHead(204).end();
    return;
  }
  using _connection = parts.rates.connection(asked.caller);
  using source = new OutputSource(parts, { call: log.call, reader: asked.caller, cursor });
  await pump(asked, source, parts.clock);
}

class OutputSource implements Source, Disposable {
  readonly #epoch: string;
  readonly #call: CallId;
  readonly #onTaken: (offset: number) => void;
  readonly #cursor: OutputCursor;
  #elsewhere: number | undefined;
  #onMore = () => {};

  constructor(
    { outputs, settings }: OutputParts,
    { call, reader, cursor: { at, elsewhere } }: { call: CallId; reader: Reader; cursor: Cursor },
  ) {
    this.#epoch = settings.epoch;
    this.#call = call;
    this.#elsewhere = elsewhere;
    this.#onTaken = (offset) => outputs.consumed(call, offset, reader);
    this.#cursor = new OutputCursor({ outputs, call, offset: at, onMore: () => this.#onMore() });
  }

  listen(onMore: () => void): Disposable {
    this.#onMore = onMore;
    return this;
  }

  async next(): Promise<Batch> {
    // The socket has taken what was given before.
    this.#onTaken(this.#cursor.offset);
    const step = await this.#step();
    const gap = this.#gap();
    switch (step.kind) {
      case "data": {
        using excerpt = step.excerpt;
        return { text: gap + excerpt.pieces.map((piece) => this.#event(piece)).join(""), state: "more" };
      }
      case "idle":
        return { text: gap, state: "idle" };
      case "end":
        return { text: gap + this.#end({ length: step.length, ...step.exit }), state: "ended" };
      case "none":
        return { text: gap + this.#end({ reason: "removed" }), state: "ended" };
    }
  }

  async #step(): Promise<Step> {
    try {
      return await this.#cursor.read(batchBytes);
    } catch (error) {
      if (error instanceof Fault && error.code === "output.unknown") return { kind: "none" };
      throw error;
    }
  }

  #gap(): string {
    if (this.#elsewhere === undefined) return "";
    const data = JSON.stringify({ call: this.#call, from: 0, to: this.#elsewhere, reason: "epoch" });
    this.#elsewhere = undefined;
    return eventText({ id: this.#id(0), name: "gap", data });
  }

  #event(piece: Piece): string {
    const id = this.#id(endOf(piece));
    if (piece.kind === "hole") {
      const data = JSON.stringify({ offset: piece.offset, to: piece.to });
      return eventText({ id, name: "hole", data });
    }
    const base64 = Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.length).toString("base64");
    const data = JSON.stringify({ offset: piece.offset, channel: channelNames.get(piece.channel), base64 });
    return eventText({ id, data });
  }

  #end(how: object): string {
    return eventText({ id: this.#id(this.#cursor.offset), name: "end", data: JSON.stringify(how) });
  }

  #id(offset: number): string {
    return `${this.#epoch}:${offset}`;
  }

  [Symbol.dispose](): void {
    this.#cursor[Symbol.dispose]();
  }
}
