import type { CallId } from "../../protocol/ids.ts";
import { endOf, OutputCursor, type OutputCursorParts } from "./output-cursor.ts";

/** Bytes of an output that follow each other: where they begin behind what is gone, and where the next page does. */
export interface OutputPage {
  start: number;
  next: number;
  length: number;
  bytes: Uint8Array[];
}

/** What can be read now of a call's output; a hole in front moves the start, a later one ends the page. */
export async function pageOf(
  outputs: OutputCursorParts["outputs"],
  call: CallId,
  { offset, limit }: { offset: number; limit: number },
): Promise<OutputPage> {
  const page: OutputPage = { start: offset, next: offset, length: 0, bytes: [] };
  using cursor = new OutputCursor({ outputs, call, offset, onMore: () => {} });
  while (page.length < limit) {
    const step = await cursor.read(limit - page.length);
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
