import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { dataFolder } from "../../base/data-folder.ts";
import { factsOf, fitted, type Mistake } from "../../protocol/mistakes.ts";
import { envValues } from "./env-values.ts";
import { type JsonPlace, jsonPlace } from "./json-place.ts";
import type { SettingFault } from "./setting-fault.ts";

/** Text from the environment and `.env`, JSON values from `exai.config.json`. */
export interface Source {
  /** How it is told: `environment` or the file's path. */
  name: string;
  values: Readonly<Record<string, unknown>>;
}

export interface Outside {
  env: Readonly<Record<string, string | undefined>>;
  /** The file's text, or undefined where there is none. */
  readFile(path: string): string | undefined;
}

/** `commands`, `mcpServers` and `models` have a structure of their own; their settings check that. */
const config = z
  .object({ commands: z.unknown(), mcpServers: z.unknown(), models: z.unknown() })
  .partial()
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]));

/** The sources in order, the first to name a setting wins; never the working directory, which may be anybody's. */
export function readSources({ env, readFile }: Outside): { sources: Source[]; faults: SettingFault[] } {
  const faults: SettingFault[] = [];
  const sources: Source[] = [{ name: "environment", values: env }];
  // From the environment alone, because the files lie there; a relative one is refused as a value.
  const home = dataFolder(env, homedir);
  if (!isAbsolute(home)) return { sources, faults };
  const dotenv = join(home, ".env");
  const text = readFile(dotenv);
  if (text !== undefined) sources.push({ name: dotenv, values: envValues(text) });
  const file = join(home, "exai.config.json");
  const json = readFile(file);
  if (json !== undefined) {
    const place = jsonPlace(json);
    const read = place === undefined ? fitted(config, JSON.parse(json)) : undefined;
    if (read?.success === true) sources.push({ name: file, values: valuesOf(read.data) });
    else faults.push(notAnObject(file, { place, mistakes: read?.mistakes ?? [] }));
  }
  return { sources, faults };
}

function valuesOf({ commands, mcpServers, models, ...values }: z.output<typeof config>): Source["values"] {
  return {
    ...values,
    ...(commands !== undefined && { EXAI_COMMANDS: commands }),
    ...(mcpServers !== undefined && { EXAI_MCP_SERVERS: mcpServers }),
    ...(models !== undefined && { EXAI_MODELS: models }),
  };
}

/** A variable that is no setting: from the environment, then from the file beside it. */
export function variableIn(sources: readonly Source[], name: string): string | undefined {
  const value = sources.map(({ values }) => values[name]).find((each) => each !== undefined && each !== "");
  return typeof value === "string" ? value : undefined;
}

function notAnObject(
  file: string,
  { place, mistakes }: { place: JsonPlace | undefined; mistakes: readonly Mistake[] },
): SettingFault {
  const object = "a JSON object from names to texts, numbers, true, false or arrays";
  const rule = mistakes.length === 0 ? object : `${object}; ${factsOf(mistakes)}`;
  const example = '{ "EXAI_WS_PORT": 8079 }';
  if (place === undefined) return { name: file, value: "(not shown)", rule, example, source: file };
  const { line, column, expected, excerpt } = place;
  return {
    name: `${file}:${line}:${column}`,
    value: excerpt,
    rule: `${expected} there`,
    example,
    source: file,
  };
}
