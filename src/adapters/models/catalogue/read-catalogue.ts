import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ProviderFacts, parseProviderFacts } from "../../../core/models/catalogue.ts";
import { Fault } from "../../../protocol/fault.ts";

/** Every `*.json` of the folder, by name. `config.invalid` names the file that cannot be used. */
export async function readCatalogue(folder: string): Promise<ProviderFacts[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return await Promise.all(files.map(async (name) => parseProviderFacts(name, await readJson(folder, name))));
}

async function readJson(folder: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8"));
  } catch (cause) {
    throw new Fault("config.invalid", `Cannot read the catalogue ${name}: it is no JSON`, {
      facts: { file: name },
      cause,
    });
  }
}
