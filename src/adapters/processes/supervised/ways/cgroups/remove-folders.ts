import { rmdirSync } from "node:fs";

/** Removes empty cgroups; one that is gone already is no failure, one that is not empty is. */
export function removeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
}
