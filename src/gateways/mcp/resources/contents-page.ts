import { tokensIn } from "../../../core/budgets/token-estimate.ts";
import type { Content } from "../../../core/upstreams/texts.ts";
import { headWithin } from "../text-size.ts";

/** Bytes are for programs and count no tokens: so many characters of base64 are a page of their own, and decode alone. */
const maxBlobChars = 700_000;

/** A page that fits a client's limit; `length` is that of everything, in characters. */
export interface ContentsPage {
  contents: readonly Content[];
  /** Where the next page begins, in characters; `undefined` on the last one. */
  next?: number;
  /** Of everything, in characters; those of a blob are of its base64. */
  length: number;
}

/** What of several contents, one behind the other, a client takes from an offset on; something at least. */
export function pageOfContents(
  all: readonly Content[],
  { offset, tokens }: { offset: number; tokens: number },
): ContentsPage {
  const length = all.reduce((sum, content) => sum + sizeOf(content), 0);
  const contents: Content[] = [];
  const room = { tokens, blobChars: maxBlobChars };
  let at = 0;
  for (const content of all) {
    const from = Math.max(0, offset - at);
    const size = sizeOf(content);
    if (from < size || (size === 0 && at >= offset)) {
      const piece = pieceOf(content, from, room);
      if (piece !== undefined) contents.push(piece);
      const end = from + (piece === undefined ? 0 : sizeOf(piece));
      if (end < size) return { contents, next: at + end, length };
    }
    at += size;
  }
  return { contents, length };
}

/** Takes of the room what it needs; nothing where that is used up. */
function pieceOf(content: Content, from: number, room: { tokens: number; blobChars: number }): Content | undefined {
  if ("blob" in content) {
    const blob = content.blob.slice(from, from + Math.floor(room.blobChars / 4) * 4);
    room.blobChars -= blob.length;
    return blob === "" ? undefined : { ...content, blob };
  }
  if (room.tokens < 1) return undefined;
  const text = headWithin(content.text.slice(from), room.tokens);
  // No character is more than a token; what is not whole has used up all.
  room.tokens = text.length < content.text.length - from ? 0 : room.tokens - tokensIn(text);
  return { ...content, text };
}

function sizeOf(content: Content): number {
  return "blob" in content ? content.blob.length : content.text.length;
}
