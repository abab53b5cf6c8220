import type { Piece } from "../../core/processes/output-log.ts";

/** Copying less than this costs less than a frame of its own. */
const smallBytes = 4096;

/** The same bytes at the same offsets in fewer pieces: small neighbours of one channel become one. */
export function packed(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.length < 2) return pieces;
  const fewer: Piece[] = [];
  let run: (Piece & { kind: "data" })[] = [];
  const endRun = () => {
    const [first] = run;
    if (first !== undefined)
      fewer.push(run.length === 1 ? first : { ...first, bytes: Buffer.concat(run.map(({ bytes }) => bytes)) });
    run = [];
  };
  for (const piece of pieces) {
    const last = run.at(-1);
    if (piece.kind === "hole" || piece.bytes.length >= smallBytes) {
      endRun();
      fewer.push(piece);
      continue;
    }
    if (last !== undefined && (last.channel !== piece.channel || last.offset + last.bytes.length !== piece.offset))
      endRun();
    run.push(piece);
  }
  endRun();
  return fewer;
}
