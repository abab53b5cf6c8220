import { nearest } from "../../base/nearest.ts";
import { type SettingName, settingsByName } from "./declared/declared.ts";
import { given, retired } from "./declared/retired.ts";
import type { Source } from "./sources.ts";

/** Names that mean something here or that were taken for it: everything else in the environment is not ours. */
const ours = /^(EXAI|EX|GLM|KIMI|ZAI|ZHIPUAI|MOONSHOT)_/;
const surelyOurs = /^EXAI_/;
/** A name that differs in more than this much of it was not meant. */
const slip = 0.3;

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
  const [near] = nearest(name, known.keys(), { most: 1, share: slip });
  return near === undefined ? "no setting has this name" : `no setting has this name, the nearest is ${near}`;
}
