/** One character of a name, and which it may be; `star` is any number of any. */
type Token = { kind: "star" } | { kind: "one"; fits: (character: string) => boolean };

/** A pattern over the names of a path; `**` is any number of names. */
export type Glob = readonly ("**" | readonly Token[])[];

/** Reads `*`, `?`, `[a-z]`, `[!a-z]`, `\\` before a character that stands for itself, and `**` as a whole name. */
export function globOf(pattern: string): Glob {
  return pattern
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (/^\*\*+$/.test(part) ? "**" : tokensOf(part)));
}

/** Whether the names fit the pattern from the first to the last. Takes at most their product in steps, whatever the pattern. */
export function globFits(glob: Glob, names: readonly string[]): boolean {
  // fits[n]: the parts so far can have taken exactly the first n names.
  let fits = names.map(() => false);
  fits.unshift(true);
  for (const part of glob) {
    if (part === "**") {
      const first = fits.indexOf(true);
      fits = fits.map((_, taken) => first >= 0 && taken >= first);
    } else
      fits = fits.map((_, taken) => taken > 0 && fits[taken - 1] === true && nameFits(part, names[taken - 1] ?? ""));
  }
  return fits.at(-1) === true;
}

/** A star that took too little takes one more, and only the last star is asked again. */
function nameFits(tokens: readonly Token[], name: string): boolean {
  const characters = [...name];
  let token = 0;
  let at = 0;
  let star: { token: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted?.kind === "star") {
      star = { token, at };
      token += 1;
    } else if (wanted?.fits(characters[at] ?? "") === true) {
      token += 1;
      at += 1;
    } else if (star !== undefined) {
      star.at += 1;
      token = star.token + 1;
      at = star.at;
    } else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === "star");
}

function tokensOf(part: string): Token[] {
  const pieces = part.match(/\\.|\[[!^]?\]?(?:\\.|[^\\\]])*\]|./gsu) ?? [];
  return pieces.map((piece): Token => {
    if (piece === "*") return { kind: "star" };
    if (piece === "?") return { kind: "one", fits: () => true };
    if (piece.length > 2 && piece.startsWith("[")) return { kind: "one", fits: classOf(piece.slice(1, -1)) };
    const literal = piece.length > 1 && piece.startsWith("\\") ? piece.slice(1) : piece;
    return { kind: "one", fits: (character) => character === literal };
  });
}

/** What stands between the brackets of a class. */
function classOf(text: string): (character: string) => boolean {
  const isNegated = /^[!^]/.test(text);
  const members = (isNegated ? text.slice(1) : text).match(/(?:\\.|.)-(?:\\.|.)|\\.|./gsu) ?? [];
  const ranges = members.map((member) => {
    const [first = "", last = first] = (/^(\\.|.)-(\\.|.)$/su.exec(member)?.slice(1) ?? [member]).map(bare);
    return { first, last };
  });
  return (character) => ranges.some(({ first, last }) => first <= character && character <= last) !== isNegated;
}

function bare(member: string): string {
  return member.length > 1 && member.startsWith("\\") ? member.slice(1) : member;
}
