import { factsOf, fitted, type Mistake } from "../../protocol/mistakes.ts";
import type { SettingName, Values } from "./declared/declared.ts";
import { settingsByName } from "./declared/declared.ts";
import type { Setting } from "./setting.ts";
import { type SettingFault, shownText } from "./setting-fault.ts";
import type { Source } from "./sources.ts";

/** What was read, before it is known to be whole: a setting with a fault is missing. */
export interface ReadValues {
  values: Partial<Values>;
  /** Where each value comes from: a source's name, or `default`. */
  from: ReadonlyMap<SettingName, string>;
  faults: SettingFault[];
  notices: string[];
}

interface Found {
  name: string;
  raw: unknown;
  source: string;
}

/** Parses every setting from the first source that names it. */
export function readValues(sources: readonly Source[]): ReadValues {
  const values: Record<string, unknown> = {};
  const from = new Map<SettingName, string>();
  const faults: SettingFault[] = [];
  const notices: string[] = [];
  for (const [name, setting] of settingsByName) {
    const [first, ...others] = find(name, setting, sources);
    for (const { name: other, source } of others.filter((found) => found.source === first?.source))
      notices.push(`${other} (${source}) does nothing: ${first?.name} is set and means the same`);
    const { name: asked, raw, source } = first ?? { name, raw: setting.defaultText, source: "default" };
    from.set(name, source);
    if (raw === undefined) continue;
    const parsed = fitted(setting.kind.schema, raw);
    if (parsed.success) values[name] = parsed.data;
    else
      faults.push({
        name: asked,
        value: shownText(setting, raw),
        rule: ruleOf(setting, parsed.mistakes),
        example: `${asked}=${setting.example}`,
        source,
      });
  }
  return { values: values as Partial<Values>, from, faults, notices };
}

/** Where a structure is wrong is said with it. */
function ruleOf({ kind }: Setting, mistakes: readonly Mistake[]): string {
  if (kind.written !== "structure" || mistakes.length === 0) return kind.rule;
  return `${kind.rule}; ${factsOf(mistakes.slice(0, 1))}`;
}

function find(name: SettingName, setting: Setting, sources: readonly Source[]): Found[] {
  const readable = name === "EXAI_HOME" ? sources.slice(0, 1) : sources;
  return readable.flatMap(({ name: source, values }) =>
    [name, ...setting.aliases]
      .map((each) => ({ name: each, raw: values[each], source }))
      .filter(({ raw }) => raw !== undefined && raw !== null && raw !== ""),
  );
}
