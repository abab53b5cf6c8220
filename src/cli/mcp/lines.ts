import type { Readable } from "node:stream";
import { IdFinder } from "./id-finder.ts";
import type { MessageId } from "./message.ts";

/** A line, or of one that is too long what it takes to answer it. */
export type Line =
  | { kind: "line"; text: string; bytes: number }
  | { kind: "too-long"; id: MessageId | undefined; isRequest: boolean; bytes: number };

const newline = 0x0a;

/** The lines of a stream without their ends, none of them empty; no more than one of `maxBytes` is held in memory. */
export async function* linesOf(stream: Readable, maxBytes: number): AsyncGenerator<Line> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let finder: IdFinder | undefined;
  const add = (piece: Uint8Array) => {
    bytes += piece.length;
    if (finder === undefined && bytes <= maxBytes) pieces.push(piece);
    else {
      finder ??= finderOf(pieces);
      pieces = [];
      finder.feed(piece);
    }
  };
  const end = (): Line | undefined => {
    const line = finder === undefined ? lineOf(pieces, bytes) : tooLong(finder, bytes);
    pieces = [];
    bytes = 0;
    finder = undefined;
    return line;
  };
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      const line = end();
      if (line !== undefined) yield line;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  const last = end();
  if (last !== undefined) yield last;
}

function lineOf(pieces: readonly Uint8Array[], bytes: number): Line | undefined {
  const text = Buffer.concat(pieces).toString("utf8").trim();
  return text === "" ? undefined : { kind: "line", text, bytes };
}

function tooLong({ id, hasMethod }: IdFinder, bytes: number): Line {
  return { kind: "too-long", id, isRequest: hasMethod, bytes };
}

function finderOf(pieces: readonly Uint8Array[]): IdFinder {
  const finder = new IdFinder();
  for (const piece of pieces) finder.feed(piece);
  return finder;
}
