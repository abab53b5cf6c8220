import { chmod, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Installed } from "./installed.ts";

/** A directory for commands, which whoever they run as may enter and write in. */
export async function openRoot({ folder }: Installed): Promise<string> {
  const root = await mkdtemp(join(folder, "root-"));
  await chmod(folder, 0o711);
  await chmod(root, 0o777);
  return root;
}
