import { OutputCursor } from "../../src/core/processes/output-cursor.ts";
import type { OutputLog, Piece } from "../../src/core/processes/output-log.ts";
import type { CallId } from "../../src/protocol/ids.ts";

/** All that is there from `offset` on, copied: what was read may be gone from memory when it is looked at. */
export async function readOutput(outputs: OutputLog, call: CallId, offset = 0, maxBytes = 1e9): Promise<Piece[]> {
  using cursor = new OutputCursor({ outputs, call, offset, onMore: () => {} });
  const pieces: Piece[] = [];
  for (;;) {
    const step = await cursor.read(maxBytes);
    if (step.kind !== "data") return pieces;
    using excerpt = step.excerpt;
    for (const piece of excerpt.pieces)
      pieces.push(piece.kind === "data" ? { ...piece, bytes: Buffer.from(piece.bytes) } : piece);
  }
}
