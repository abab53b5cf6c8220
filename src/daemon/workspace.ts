import { openLocalDisk } from "../adapters/workspace/local/open-local-disk.ts";
import { Workspace } from "../core/workspace/workspace.ts";
import type { Settings } from "./config/settings.ts";

/** Files inside the roots; the daemon's own folder is cut out of each. */
export async function openWorkspace({ roots, home }: Settings): Promise<Workspace> {
  return new Workspace({ disk: await openLocalDisk({ roots, forbidden: [home] }) });
}
