import { type Glob, globFits, globOf, type LooksLeft } from "./glob.ts";

interface Rule {
  glob: Glob;
  isForDirectories: boolean;
  /** `!`: what an earlier rule ignores is kept. */
  isKept: boolean;
}

/** More than any honest file has; the rest does not count. */
const maxRules = 1000;
const maxRuleLength = 1000;

/** What `.gitignore` files leave out, in git's grammar. Immutable; a file deeper down adds to those above it. */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);
  readonly #layers: readonly { depth: number; rules: readonly Rule[] }[];

  private constructor(layers: readonly { depth: number; rules: readonly Rule[] }[]) {
    this.#layers = layers;
  }

  /** With the rules of a file that stands `depth` directories below the uppermost. */
  with(text: string, depth: number): IgnoreRules {
    const rules = text.split(/\r?\n/).slice(0, maxRules).flatMap(ruleOf);
    return rules.length === 0 ? this : new IgnoreRules([...this.#layers, { depth, rules }]);
  }

  /**
   * `names` lead from the uppermost directory. What lies below an ignored directory is not asked for. `undefined` where
   * the looks ended before that could be told.
   */
  ignores(names: readonly string[], kind: "directory" | "other", looks: LooksLeft): boolean | undefined {
    const characters = names.map((name) => [...name]);
    for (const { depth, rules } of this.#layers.toReversed()) {
      const below = characters.slice(depth);
      const last = rules.findLast(
        ({ glob, isForDirectories }) =>
          looks.left <= 0 || ((!isForDirectories || kind === "directory") && globFits(glob, below, looks)),
      );
      if (looks.left <= 0) return undefined;
      if (last !== undefined) return !last.isKept;
    }
    return false;
  }
}

function ruleOf(line: string): Rule[] {
  const trimmed = withoutEndingSpaces(line);
  if (trimmed === "" || trimmed.startsWith("#") || trimmed.length > maxRuleLength) return [];
  const isKept = trimmed.startsWith("!");
  const pattern = isKept ? trimmed.slice(1) : trimmed;
  const isForDirectories = pattern.endsWith("/");
  // A slash before its end ties a pattern to its directory; without one it fits at any depth.
  const isTied = pattern.slice(0, -1).includes("/");
  return [{ glob: globOf(isTied ? pattern : `**/${pattern}`), isForDirectories, isKept }];
}

/** One that is escaped belongs to the pattern. */
function withoutEndingSpaces(line: string): string {
  let end = line.length;
  while (line[end - 1] === " " && line[end - 2] !== "\\") end -= 1;
  return line.slice(0, end);
}
