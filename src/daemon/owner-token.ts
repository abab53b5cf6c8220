import { readFile } from "node:fs/promises";
import { writeWhole } from "./write-whole.ts";

/** The owner's token as kept in its file; `undefined` where there is none. */
export async function readOwnerToken(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces the file whole, readable by its owner alone. */
export async function writeOwnerToken(file: string, token: string): Promise<void> {
  await writeWhole(file, `${token}\n`);
}
