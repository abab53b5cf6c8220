import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Names this folder's commands among all processes of the machine, over restarts of the daemon. */
export async function instanceOf(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "instance");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return known;
  const instance = randomUUID();
  await writeFile(file, instance, { mode: 0o600 });
  return instance;
}
