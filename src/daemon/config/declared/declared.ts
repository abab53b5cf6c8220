import type { Setting, ValueOf } from "../setting.ts";
import { access, client } from "./access.ts";
import { limits } from "./limits.ts";
import { mcp } from "./mcp.ts";
import { providers } from "./providers.ts";
import { deadlines, keeping, telling, tools } from "./work.ts";

/** Every setting by the name under which it is told. */
export const declared = {
  ...access,
  ...limits,
  ...deadlines,
  ...tools,
  ...mcp,
  ...keeping,
  ...providers,
  ...telling,
  ...client,
} as const;

export type SettingName = keyof typeof declared;

/** Every setting's value: parsed, and undefined where neither set nor defaulted. */
export type Values = { [N in SettingName]: ValueOf<(typeof declared)[N]> };

/** The same, where only the name is known. */
export const settingsByName: ReadonlyMap<SettingName, Setting> = new Map(
  Object.entries(declared as Record<string, Setting>).map(([name, setting]) => [name as SettingName, setting]),
);

/** In the order and under the headings of the documentation. */
export const sections: readonly { title: string; settings: Readonly<Record<string, Setting>> }[] = [
  { title: "Listening and access", settings: access },
  { title: "Limits and budgets", settings: limits },
  { title: "Deadlines", settings: deadlines },
  { title: "Tools and commands", settings: tools },
  { title: "MCP clients", settings: mcp },
  { title: "What is kept", settings: keeping },
  { title: "Providers", settings: providers },
  { title: "Logs, traces and the default model", settings: telling },
  { title: "For clients", settings: client },
];
