import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ProviderFacts, providerFacts } from "../../../core/models/catalogue.ts";
import { readCatalogueFile } from "../../../core/models/catalogue-file.ts";

/** Every `*.json` of the folder, by name. `config.invalid` names the file that cannot be used. */
export async function readCatalogue(folder: string): Promise<ProviderFacts[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return await Promise.all(
    files.map(async (file) => {
      const read = async () => await readFile(join(folder, file), "utf8");
      return await readCatalogueFile(providerFacts, { file, read });
    }),
  );
}
