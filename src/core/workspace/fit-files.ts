/** A text that may be shown to a model. */
export interface ShowableFile {
  path: string;
  /** Of the whole file, in hex. */
  sha256: string;
  /** Without their breaks; the first is number `from`. */
  lines: readonly string[];
  /** The number of the first line: 1 where nothing was left out before it. */
  from: number;
  /** How many lines the whole file has. */
  totalLines: number;
}

/** What is shown of a file: lines `from` to `to`, both included, as `text`. Of an empty file `to` is 0. */
export interface ShownFile {
  path: string;
  /** Of the whole file, in hex. */
  sha256: string;
  from: number;
  to: number;
  text: string;
  /** By estimate, with what is written around it. */
  tokens: number;
}

/** Why a file is not shown, or not to its end. Lines `from` to `to` are the ones that are missing. */
export type Unshown = { path: string; sha256: string } & (
  | { why: "no-room"; from: number; to: number }
  | { why: "same-content"; as: string }
);

/** What of the files goes out; a file of which a part is shown is also in `unshown`, for the rest. */
export interface FittedFiles {
  /** In the order in which they were given. */
  shown: ShownFile[];
  unshown: Unshown[];
  /** Never above the budget. */
  tokens: number;
}

/**
 * Which files, and how much of each, a budget of tokens holds. The last given is the newest: it comes first, whole
 * where it fits, otherwise from its beginning for as many lines as fit; then the one before it. The same lines of the
 * same content are shown once, under the newest name. Every file is in `shown`, in `unshown`, or in both.
 */
export function fitFiles(files: readonly ShowableFile[], budget: number, count: (text: string) => number): FittedFiles {
  const shown: ShownFile[] = [];
  const unshown: Unshown[] = [];
  const names = new Map<string, string>();
  let left = budget;
  for (const file of files.toReversed()) {
    const { path, sha256, lines, from } = file;
    const key = `${sha256} ${from} ${lines.length}`;
    const as = names.get(key);
    if (as !== undefined) {
      unshown.push({ path, sha256, why: "same-content", as });
      continue;
    }
    names.set(key, path);
    const fitted = longestFitting(file, left, count);
    const to = fitted?.to ?? from - 1;
    const end = from + lines.length - 1;
    if (fitted === undefined || to < end) unshown.push({ path, sha256, why: "no-room", from: to + 1, to: end });
    if (fitted === undefined) continue;
    shown.push(fitted);
    left -= fitted.tokens;
  }
  return { shown: shown.toReversed(), unshown: unshown.toReversed(), tokens: budget - left };
}

/** No estimate takes more for a character. */
const mostTokensACharacter = 4;
const fewLines = 256;

/** As many lines from the beginning as fit; `undefined` where not one does, or not even an empty file. Of a long one no more is looked at than about twice what fits. */
function longestFitting(file: ShowableFile, budget: number, count: (text: string) => number): ShownFile | undefined {
  const shownTo = (length: number): ShownFile => {
    const text = numberedText(file, length);
    const { path, sha256, from } = file;
    return { path, sha256, from, to: from + length - 1, text, tokens: count(text) };
  };
  let best: ShownFile | undefined;
  let low = 1;
  let high = file.lines.length - 1;
  for (let length = fitsSurely(file, budget) ? file.lines.length : fewLines; ; length *= 2) {
    const tried = shownTo(Math.min(length, file.lines.length));
    if (tried.tokens <= budget && length >= file.lines.length) return tried;
    if (tried.tokens > budget) {
      high = Math.min(high, length - 1);
      break;
    }
    best = tried;
    low = length + 1;
  }
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const tried = shownTo(middle);
    if (tried.tokens > budget) high = middle - 1;
    else {
      best = tried;
      low = middle + 1;
    }
  }
  return best;
}

/** Whether the whole of it fits, however its characters count. */
function fitsSurely({ path, lines }: ShowableFile, budget: number): boolean {
  const characters = lines.reduce((sum, line) => sum + line.length + 16, 2 * path.length + 100);
  return characters * mostTokensACharacter <= budget;
}

/** The first `length` lines, each behind its number, between two lines that say which file and which of its lines. */
function numberedText({ path, lines, from, totalLines }: ShowableFile, length: number): string {
  const to = from + length - 1;
  const width = String(to).length;
  const numbered = lines.slice(0, length).map((line, index) => `${String(from + index).padStart(width)}| ${line}`);
  return [`--- ${quoted(path)}, lines ${from} to ${to} of ${totalLines} ---`, ...numbered, "--- end ---", ""].join(
    "\n",
  );
}

/** A name may hold a line break, and what follows it would read as ours. */
function quoted(path: string): string {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(path) ? JSON.stringify(path) : path;
}
