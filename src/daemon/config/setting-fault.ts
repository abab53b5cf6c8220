import { Fault } from "../../protocol/fault.ts";
import { hidden } from "./secret.ts";
import type { Setting } from "./setting.ts";

/** One thing that is wrong with the settings. */
export interface SettingFault {
  name: string;
  /** As it was written; `***` for secrets. */
  value: string;
  /** What is expected. */
  rule: string;
  example: string;
  source: string;
}

/** All that is wrong, in one refusal, with the names that do nothing: one of them may be the setting that was meant. */
export function invalidSettings(faults: readonly SettingFault[], notices: readonly string[] = []): Fault {
  const lines = [...faults.map(lineOf), ...notices].map((line) => `  ${line}`);
  const count = faults.length === 1 ? "1 setting is wrong" : `${faults.length} settings are wrong`;
  return new Fault("config.invalid", `Cannot take the settings: ${count}\n${lines.join("\n")}`, { facts: { faults } });
}

/** A file that cannot be read as a whole is named once, with the place where it stops. */
function lineOf({ name, value, rule, example, source }: SettingFault): string {
  const what = name.startsWith(source) ? `${name}: ${value}`.trimEnd() : `${name}=${value} (${source})`;
  return `${what}${what.endsWith(":") ? "" : ":"} expected ${rule}, for example ${example}`;
}

/** What was written, as it may be printed: nothing of a secret, no user name or password of a URL. */
export function shownText(setting: Setting, raw: unknown): string {
  if (setting.kind.written === "never") return hidden;
  if (setting.kind.written === "structure") return "(not shown)";
  const text = Array.isArray(raw) ? raw.join(",") : String(raw);
  return text.replace(/\/\/[^/]*@/g, `//${hidden}@`).slice(0, 200);
}

/** A parsed value as one would write it, with the same care. */
export function shownValue(setting: Setting, value: unknown): string {
  const isSeconds = setting.kind.written === "seconds" && typeof value === "number";
  return shownText(setting, isSeconds ? value / 1000 : value);
}
