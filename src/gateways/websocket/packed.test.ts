import fc from "fast-check";
import { expect, test } from "vitest";
import type { Piece } from "../../core/processes/output-log.ts";
import { packed } from "./packed.ts";

const part = fc.oneof(
  fc.record({
    channel: fc.constantFrom<1 | 2>(1, 2),
    size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(5000)),
  }),
  fc.record({ hole: fc.integer({ min: 1, max: 100 }) }),
);

/** What stands at each offset: the channel, or that it is gone. */
function laidOut(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) =>
    piece.kind === "hole"
      ? Array.from({ length: piece.to - piece.offset }, (_, index) => `${piece.offset + index} gone`)
      : Array.from(piece.bytes, (byte, index) => `${piece.offset + index} ${piece.channel} ${byte}`),
  );
}

test("packing changes no byte, no channel and no offset, and leaves no small neighbours of one channel", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      let offset = 100;
      const pieces = parts.map((each): Piece => {
        const from = offset;
        offset += "hole" in each ? each.hole : each.size;
        return "hole" in each
          ? { kind: "hole", offset: from, to: offset }
          : { kind: "data", channel: each.channel, offset: from, bytes: new Uint8Array(each.size).fill(from % 251) };
      });
      const fewer = packed(pieces);
      expect(laidOut(fewer)).toEqual(laidOut(pieces));
      for (const [index, piece] of fewer.entries()) {
        const next = fewer[index + 1];
        if (piece.kind === "hole" || next === undefined || next.kind === "hole") continue;
        expect(piece.channel === next.channel && piece.bytes.length < 4096 && next.bytes.length < 40).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});
