/** One character of a name: the one it has to be, or which it may be. `star` is any number of any. */
type Token = string | typeof star | One;
interface One {
  /** In how many looks it is told. */
  looks: number;
  fits: (character: string) => boolean;
}

const star = Symbol("any number of any");
const anyOne: One = { looks: 1, fits: () => true };

/** Looks at a character that are left for some work. */
export interface LooksLeft {
  left: number;
}

/** A pattern over the names of a path; `**` is any number of names. */
export type Glob = readonly ("**" | readonly Token[])[];

/** Reads `*`, `?`, `[a-z]`, `[!a-z]`, `\\` before a character that stands for itself, and `**` as a whole name. */
export function globOf(pattern: string): Glob {
  return pattern
    .split("/")
    .filter((part) => part !== "")
    .map((part) => (/^\*\*+$/.test(part) ? "**" : tokensOf(part)));
}

/**
 * Whether the names, each as its characters, fit the pattern from the first to the last. Takes at most their product in
 * steps, whatever the pattern, and counts what it looks at; nothing fits once no look is left.
 */
export function globFits(glob: Glob, names: readonly (readonly string[])[], looks: LooksLeft): boolean {
  // fits[n]: the parts so far can have taken exactly the first n names.
  let fits = names.map(() => false);
  fits.unshift(true);
  for (const [index, part] of glob.entries()) {
    looks.left -= fits.length;
    if (part === "**") {
      const first = fits.indexOf(true);
      fits = fits.map((_, taken) => first >= 0 && taken >= first);
      continue;
    }
    // The last part has to take the last name.
    const from = index === glob.length - 1 ? names.length : 1;
    const before = fits;
    const isTaken = (taken: number) => before[taken - 1] === true && nameFits(part, names[taken - 1] ?? [], looks);
    fits = before.map((_, taken) => taken >= from && isTaken(taken));
  }
  return fits.at(-1) === true;
}

/** What stands behind the last star is looked at first: of most names it decides. */
function nameFits(tokens: readonly Token[], name: readonly string[], looks: LooksLeft): boolean {
  let token = tokens.length;
  let end = name.length;
  for (; token > 0; token -= 1, end -= 1) {
    const wanted = tokens[token - 1];
    if (wanted === undefined || wanted === star) break;
    if (!oneFits(wanted, name[end - 1], looks)) return false;
  }
  return token === 0 ? end === 0 : startFits(tokens.slice(0, token), name.slice(0, end), looks);
}

/** A star that took too little takes one more, and only the last star is asked again. */
function startFits(tokens: readonly Token[], name: readonly string[], looks: LooksLeft): boolean {
  let token = 0;
  let at = 0;
  let latest: { token: number; at: number } | undefined;
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === star) {
      latest = { token, at };
      token += 1;
    } else if (wanted !== undefined && oneFits(wanted, name[at], looks)) {
      token += 1;
      at += 1;
    } else if (latest !== undefined && looks.left > 0) {
      latest.at += 1;
      token = latest.token + 1;
      at = latest.at;
    } else return false;
    // The last star takes all that is left.
    if (token === tokens.length && latest?.token === token - 1) return true;
  }
  return tokens.slice(token).every((each) => each === star);
}

function oneFits(token: string | One, character: string | undefined, looks: LooksLeft): boolean {
  const taken = typeof token === "string" ? 1 : token.looks;
  looks.left -= taken;
  if (character === undefined || looks.left < 0) return false;
  return typeof token === "string" ? token === character : token.fits(character);
}

function tokensOf(part: string): Token[] {
  const pieces = part.match(/\\.|\[[!^]?\]?(?:\\.|[^\\\]])*\]|./gsu) ?? [];
  return pieces.map((piece): Token => {
    if (piece === "*") return star;
    if (piece === "?") return anyOne;
    if (piece.length > 2 && piece.startsWith("[")) return { looks: piece.length, fits: classOf(piece.slice(1, -1)) };
    return bare(piece);
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
