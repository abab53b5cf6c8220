import { isLoopback } from "../../base/loopback.ts";
import { type SettingName, settingsByName, type Values } from "./declared/declared.ts";
import { type SettingFault, shownValue } from "./setting-fault.ts";
import { vendorSettings } from "./vendor-settings.ts";

interface Read {
  values: Partial<Values>;
  from: ReadonlyMap<SettingName, string>;
}

/** Rules between settings. Each looks only at settings that are good by themselves. */
export function checkTogether(read: Read): SettingFault[] {
  const fault = (name: SettingName, rule: string, example: string): SettingFault => ({
    name,
    value: shown(name, read.values[name]),
    rule,
    example,
    source: read.from.get(name) ?? "default",
  });
  return [...checkNesting(read, fault), ...checkTls(read, fault), ...checkBind(read, fault)];
}

type MakeFault = (name: SettingName, rule: string, example: string) => SettingFault;

/** Inner deadlines with the one that they must not exceed. */
const nesting = [
  ...Object.values(vendorSettings).flatMap(({ idleMs }) =>
    idleMs === undefined ? [] : [[idleMs, "EXPERT_ANALYSIS_TIMEOUT_SECS"] as const],
  ),
  ["EXPERT_ANALYSIS_TIMEOUT_SECS", "WORKFLOW_TOOL_TIMEOUT_SECS"],
] as const;

/** Exact milliseconds; equal is allowed. */
function checkNesting({ values }: Read, fault: MakeFault): SettingFault[] {
  return nesting.flatMap(([inner, outer]) => {
    const innerMs = values[inner];
    const outerMs = values[outer];
    if (innerMs === undefined || outerMs === undefined || innerMs <= outerMs) return [];
    const most = shown(outer, outerMs);
    return [
      fault(inner, `at most ${outer}=${most}, because what is inside ends before what is outside`, `${inner}=${most}`),
    ];
  });
}

function checkTls(read: Read, fault: MakeFault): SettingFault[] {
  const hasCert = isSet(read, "EXAI_TLS_CERT");
  if (hasCert === isSet(read, "EXAI_TLS_KEY")) return [];
  return hasCert
    ? [fault("EXAI_TLS_CERT", "EXAI_TLS_KEY beside it", "EXAI_TLS_KEY=/etc/exai/key.pem")]
    : [fault("EXAI_TLS_KEY", "EXAI_TLS_CERT beside it", "EXAI_TLS_CERT=/etc/exai/cert.pem")];
}

function checkBind(read: Read, fault: MakeFault): SettingFault[] {
  const { EXAI_WS_HOST: host, EXAI_BEHIND_PROXY: isBehindProxy } = read.values;
  if (host === undefined || isLoopback(host)) return [];
  const faults: SettingFault[] = [];
  if (!isSet(read, "EXAI_WS_TOKEN"))
    faults.push(
      fault(
        "EXAI_WS_HOST",
        "EXAI_WS_TOKEN beside a bind wider than loopback",
        "EXAI_WS_TOKEN=from-openssl-rand-hex-32",
      ),
    );
  if (!isSet(read, "EXAI_TLS_CERT") && isBehindProxy !== true)
    faults.push(
      fault(
        "EXAI_WS_HOST",
        "TLS or EXAI_BEHIND_PROXY=1 beside a bind wider than loopback",
        "EXAI_TLS_CERT=/etc/exai/cert.pem EXAI_TLS_KEY=/etc/exai/key.pem",
      ),
    );
  return faults;
}

/** Whether somebody gave it a value; one that is wrong by itself is told by itself. */
function isSet({ from }: Read, name: SettingName): boolean {
  return from.get(name) !== "default";
}

function shown(name: SettingName, value: unknown): string {
  const setting = settingsByName.get(name);
  return setting === undefined ? "" : shownValue(setting, value);
}
