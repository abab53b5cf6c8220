import { chmod, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskPaths } from "./disk-paths.ts";

const paths = new DiskPaths();
let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "exai-paths-")));
});

afterEach(() => rm(root, { recursive: true }));

test("a program is the file that its path leads to, whatever lies there later", async () => {
  const file = join(root, "tool");
  await writeFile(file, "", { mode: 0o755 });
  await symlink("tool", join(root, "link"));
  const identity = await paths.identify(file);
  expect(await paths.identify(join(root, "link"))).toEqual(identity);
  await writeFile(`${file}.new`, "", { mode: 0o755 });
  await rename(`${file}.new`, file);
  expect(await paths.identify(file)).not.toEqual(identity);
});

test("what nobody should run is none, and it is said why", async () => {
  const file = join(root, "tool");
  await writeFile(file, "", { mode: 0o755 });
  await chmod(file, 0o777);
  for (const [path, why] of [
    [file, "anybody can write it"],
    [root, "it is no file"],
    [join(root, "none"), "ENOENT"],
  ] as const)
    await expect(paths.identify(path)).rejects.toMatchObject({ code: "process.not-started", facts: { reason: why } });
});

test("a path leads where its links lead, also where nothing is yet", async () => {
  await mkdir(join(root, "inner"));
  await symlink("inner", join(root, "in"));
  await symlink("/etc/not-there", join(root, "dangling"));
  await symlink("loop", join(root, "loop"));
  expect(await paths.real(join(root, "in/new/file"))).toBe(join(root, "inner/new/file"));
  expect(await paths.real(join(root, "dangling"))).toBe("/etc/not-there");
  await expect(paths.real(join(root, "loop"))).rejects.toMatchObject({ code: "workspace.unreadable" });
  expect(await paths.isDirectory(join(root, "in"))).toBe(true);
  expect(await paths.isDirectory(join(root, "none"))).toBe(false);
});
