import { readFile } from "node:fs/promises";
import { Fault } from "../protocol/fault.ts";

const nothing = ["ENOENT", "ENOTDIR"];

/** The text of a file; `undefined` where there is none, `input.invalid` where it may not be read. */
export async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (nothing.includes(code)) return undefined;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    const message = `Cannot read ${path}: permission is denied, expected a file that this user may read`;
    throw new Fault("input.invalid", message, { facts: { path }, cause: error });
  }
}
