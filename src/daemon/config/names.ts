import { type SettingName, settingsByName } from "./declared/declared.ts";
import { given, retired } from "./declared/retired.ts";
import type { Source } from "./sources.ts";

/** Names that mean something here or that were taken for it: everything else in the environment is not ours. */
const ours = /^(EXAI|EX|GLM|KIMI|ZAI|ZHIPUAI|MOONSHOT)_/;
const surelyOurs = /^EXAI_/;

const known: ReadonlyMap<string, SettingName> = new Map(
  [...settingsByName].flatMap(([name, { aliases }]) => [name, ...aliases].map((each) => [each, name] as const)),
);

/** Tells names that do nothing: misspelt, retired, or set where they are not read. Never a value. */
export function tellNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ name: source, values }) =>
    Object.keys(values).flatMap((name) => {
      const told = tell(name, source);
      return told === undefined ? [] : [`${name} (${source}) does nothing: ${told}`];
    }),
  );
}

function tell(name: string, source: string): string | undefined {
  const fromFile = source !== "environment";
  if (fromFile && name === "EXAI_HOME") return "it is read from the environment only";
  if (known.has(name) || name in given) return undefined;
  const instead = retired[name];
  if (instead !== undefined && (fromFile || ours.test(name))) return `its place was taken by ${instead}`;
  if (!fromFile && !surelyOurs.test(name)) return undefined;
  const near = nearest(name);
  return near === undefined ? "no setting has this name" : `no setting has this name, the nearest is ${near}`;
}

/** The known name with the fewest changed letters, if they are few. */
function nearest(name: string): string | undefined {
  const ranked = [...known.keys()].map((other) => ({ other, far: distance(name, other) }));
  const best = ranked.toSorted((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= Math.max(2, Math.floor(name.length / 4)) ? best.other : undefined;
}

/** How many letters must be put in, taken out or exchanged (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [index, other] of [...to].entries()) {
      const exchanged = (row[index] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
