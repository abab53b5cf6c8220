/** What a file's bytes say, and how they were read. */
export interface Text {
  text: string;
  encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
}

/** A tab, a line break, a form feed, an escape as terminals know it: what texts of any age have in them. */
const textControls = new Set([8, 9, 10, 12, 13, 27]);
/** Beyond this share of other controls, bytes that are no UTF-8 are no text either. */
const maxControlShare = 0.02;

/** The text of a file without its byte order mark, or `undefined` where it is none. */
export function textOf(bytes: Uint8Array): Text | undefined {
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  if (bytes.includes(0)) return undefined;
  const text = strictUtf8(bytes);
  if (text !== undefined) return { text, encoding: "utf-8" };
  let controls = 0;
  for (const byte of bytes) if (byte < 32 && !textControls.has(byte)) controls += 1;
  if (controls > bytes.length * maxControlShare) return undefined;
  return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
}

function byteOrderMark([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** A line costs far more than its bytes. */
export const maxLines = 1_000_000;

/** Told before anything is decoded. */
export function hasTooManyLines(bytes: Uint8Array): boolean {
  let breaks = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10 || bytes[at] === 13) breaks += 1;
  return breaks > maxLines;
}

/** The lines of a text without their breaks; a break at the end begins no line. Of an empty text there are none. */
export function linesOf(text: string): string[] {
  const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
