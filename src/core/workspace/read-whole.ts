import { createHash } from "node:crypto";
import type { OpenFile } from "./disk.ts";
import { tooLarge } from "./refusals.ts";

const pieceBytes = 256 * 1024;

/**
 * Every byte of a file with the SHA-256 of exactly those, in pieces between which others get their turn. Refuses with
 * `workspace.too-large`, also where the file grows beyond it meanwhile.
 */
export async function readWhole(
  file: OpenFile,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const pieces: Uint8Array[] = [];
  const sha256 = await eachPiece(file, { maxBytes, take: (piece) => void pieces.push(piece.slice()) }, signal);
  return { bytes: Buffer.concat(pieces), sha256 };
}

/** Only the SHA-256 of a file, in hex; nothing of it is kept. */
export async function hashWhole(file: OpenFile, maxBytes: number, signal: AbortSignal): Promise<string> {
  return await eachPiece(file, { maxBytes, take() {} }, signal);
}

async function eachPiece(
  file: OpenFile,
  { maxBytes, take }: { maxBytes: number; take: (piece: Uint8Array) => void },
  signal: AbortSignal,
): Promise<string> {
  const { path, bytes } = file;
  if (bytes > maxBytes) throw tooLarge(path, { bytes, maxBytes });
  const hash = createHash("sha256");
  // One more than it has, so that what has not grown is read with one piece and its end.
  const piece = new Uint8Array(Math.min(pieceBytes, bytes + 1));
  for (let offset = 0; ; ) {
    signal.throwIfAborted();
    const length = await file.read(piece, offset);
    if (length === 0) return hash.digest("hex");
    offset += length;
    if (offset > maxBytes) throw tooLarge(path, { bytes: offset, maxBytes });
    const taken = piece.subarray(0, length);
    hash.update(taken);
    take(taken);
  }
}
