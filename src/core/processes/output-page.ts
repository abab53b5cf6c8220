import { isUtf8 } from "node:buffer";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { endOf, OutputCursor, type OutputCursorParts } from "./output-cursor.ts";
import type { LogView, OutputLog } from "./output-log.ts";

/** Bytes of an output that follow each other: where they begin behind what is gone, and where the next page does. */
export interface OutputPage {
  /** Offset of its first byte: behind what was asked for where that is gone. */
  start: number;
  /** Offset of the next page; equal to `start` where nothing is there yet. */
  next: number;
  /** Bytes of all pieces. */
  length: number;
  bytes: Uint8Array[];
}

/** The log of a call that is to be read; refuses with `output.unknown`. */
export async function logOf(outputs: Pick<OutputLog, "view">, call: CallId): Promise<LogView> {
  const log = await outputs.view(call);
  if (log !== undefined) return log;
  throw noOutput(call);
}

function noOutput(call: CallId): Fault {
  const message = "Cannot read the output: the call has none, or not any more, expected a command";
  return new Fault("output.unknown", message, { facts: { call } });
}

/** Refuses with `input.invalid` a place that the log has not come to. */
export function mustReach({ base, end }: LogView, offset: number): void {
  if (offset <= end) return;
  const message = `Cannot read at ${offset}: nothing is there, expected at most ${end}`;
  throw new Fault("input.invalid", message, { facts: { base, end } });
}

/**
 * What can be read now of a call's output; a hole in front moves the start, a later one ends the page. Refuses with
 * `output.unknown` where it is gone by then: an empty page would say that more may come.
 */
export async function pageOf(
  outputs: OutputCursorParts["outputs"],
  call: CallId,
  { offset, limit }: { offset: number; limit: number },
): Promise<OutputPage> {
  const page: OutputPage = { start: offset, next: offset, length: 0, bytes: [] };
  using cursor = new OutputCursor({ outputs, call, offset, onMore: () => {} });
  while (page.length < limit) {
    const step = await cursor.read(limit - page.length);
    if (step.kind === "none") throw noOutput(call);
    if (step.kind !== "data") break;
    using excerpt = step.excerpt;
    for (const piece of excerpt.pieces) {
      if (piece.kind === "data") {
        // The excerpt's memory is another's once it is disposed.
        page.bytes.push(Buffer.from(piece.bytes));
        page.length += piece.bytes.length;
        page.next = endOf(piece);
      } else if (page.length === 0) page.start = page.next = piece.to;
      else return page;
    }
  }
  return page;
}

/** A page for people and models: its bytes, their text where they are text, and where the next page begins. */
export interface ReadablePage {
  bytes: Buffer;
  text?: string;
  next: number;
}

/** A character of a text that the page would cut is left for the next page, unless its beginning is all there is. */
export function readable(page: OutputPage): ReadablePage {
  const bytes = Buffer.concat(page.bytes);
  const whole = wholeCharacters(bytes);
  if (!isUtf8(whole)) return { bytes, next: page.next };
  return { bytes, text: whole.toString(), next: page.next - (bytes.length - whole.length) };
}

function wholeCharacters(bytes: Buffer): Buffer {
  for (let rest = 1; rest <= Math.min(longestRestBytes, bytes.length - 1); rest++) {
    const lead = bytes[bytes.length - rest] ?? 0;
    if (lead < firstLead) continue;
    return rest < lengthOf(lead) ? bytes.subarray(0, bytes.length - rest) : bytes;
  }
  return bytes;
}

/** No character of UTF-8 is longer than four bytes. */
const longestRestBytes = 3;
/** In UTF-8 every byte from here on begins a character of several. */
const firstLead = 0xc0;

function lengthOf(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
