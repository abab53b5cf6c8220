const letter = 0;
const capital = 1;
const digit = 2;
const space = 3;
const line = 4;
const mark = 5;
const other = 6;
const wide = 7;

/** The kind of each ASCII character. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/.test(character)) return letter;
  if (/[A-Z]/.test(character)) return capital;
  if (/\d/.test(character)) return digit;
  if (/[ \t]/.test(character)) return space;
  return /[\r\n]/.test(character) ? line : mark;
});
/** Beyond ASCII: accented letters, then other alphabets, then CJK and what else is wide. */
const firstOther = 0x250;
const firstWide = 0x2e80;
const longestWord = 30;

/** What a run of one kind costs, calibrated on prose, code, data and CJK against a public tokenizer (o200k). */
function cost(kind: number, length: number): number {
  switch (kind) {
    // Common words are one token, long ones fall apart, and what is longer than any word is no word.
    case letter:
      if (length <= 7) return 1;
      return Math.ceil(length / (length <= longestWord ? 5 : 3));
    case capital:
      return Math.ceil(length / 2.5);
    case digit:
      return Math.ceil(length / 3);
    // One space belongs to the word behind it.
    case space:
      return length === 1 ? 0 : 1;
    case line:
      return 1;
    case other:
    case mark:
      return Math.ceil(length / 2);
    default:
      return length * 0.9;
  }
}

/** Tokens of a text by the kinds of its characters: mostly within a third above what tokenizers count, and rarely below it. */
export function tokensIn(text: string): number {
  let tokens = 0;
  let kind = -1;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const next = kindOf(text.charCodeAt(at));
    // A capital and the small letters behind it are one word.
    if (kind === capital && next === letter && length === 1) kind = letter;
    if (next !== kind) {
      if (kind >= 0) tokens += cost(kind, length);
      kind = next;
      length = 0;
    }
    length += 1;
  }
  return kind < 0 ? 0 : tokens + cost(kind, length);
}

function kindOf(code: number): number {
  if (code < kinds.length) return kinds[code] ?? mark;
  if (code < firstOther) return letter;
  return code < firstWide ? other : wide;
}
