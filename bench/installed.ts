import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** The product as a package installs it: JavaScript without the sources beside it. */
export interface Installed extends AsyncDisposable {
  readonly launcher: string;
  /** Where its compile cache and the data folders of its daemons lie. */
  readonly folder: string;
}

/** Builds `dist` and lays it out as an installed package in a folder of its own. */
export async function install(): Promise<Installed> {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.ts")], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) throw new Error("Cannot build what is to be measured");
  const folder = await mkdtemp(join(tmpdir(), "exai-bench-"));
  const own = join(folder, "package");
  await mkdir(own);
  for (const part of ["bin", "dist", "catalogue", "package.json"])
    await cp(join(root, part), join(own, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(own, "node_modules"));
  return {
    launcher: join(own, "bin/exai.js"),
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
