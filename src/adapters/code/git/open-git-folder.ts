import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitFolder, GitFolderContents } from "../../../core/evidence/changes/git-folder.ts";

const extensions: Readonly<Record<string, string>> = {
  sha256: "\tobjectformat = sha256\n",
  reftable: "\trefstorage = reftable\n",
};
/** Without these a folder is no git folder. */
const needed = ["objects", "refs"];

/** A git folder among the temporary files of the system, since sandboxes do not show the daemon's own. */
export async function openGitFolder(contents: GitFolderContents): Promise<GitFolder> {
  const { configuration = "", links = {} } = contents;
  const path = await mkdtemp(join(await realpath(tmpdir()), "exai-git-"));
  await using made = new AsyncDisposableStack();
  made.defer(() => rm(path, { recursive: true, force: true }));
  // Commands may run under another user.
  await chmod(path, 0o755);
  for (const name of needed) if (!Object.hasOwn(links, name)) await mkdir(join(path, name), { mode: 0o755 });
  for (const [name, target] of Object.entries(links)) await symlink(target, join(path, name));
  await writeFile(join(path, "HEAD"), "ref: refs/heads/none\n", { mode: 0o644 });
  await writeFile(join(path, "config"), formatted(contents) + configuration, { mode: 0o644 });
  const stack = made.move();
  return { path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Only the later version knows extensions, and each git only its own. */
function formatted({ format, is }: GitFolderContents): string {
  const used = Object.values(format)
    .map((word) => extensions[word] ?? "")
    .join("");
  const version = used === "" ? 0 : 1;
  return `[core]\n\trepositoryformatversion = ${version}\n\tbare = ${is === "bare"}\n[extensions]\n${used}`;
}
