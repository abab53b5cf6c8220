import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSettings } from "./read-settings.ts";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "exai-settings-")));
  await mkdir(join(folder, "work/inner"), { recursive: true });
  await symlink("work", join(folder, "link"));
});

afterEach(() => rm(folder, { recursive: true }));

function rootsOf(...names: string[]): readonly string[] {
  const roots = names.map((name) => join(folder, name));
  return readSettings({ HOME: folder, EXAI_ROOTS: roots.join(",") }).settings.roots;
}

test("a root that is a link, or lies behind one, is the directory that it leads to, and is one only once", () => {
  expect(rootsOf("link", "link/inner", "work")).toEqual([join(folder, "work"), join(folder, "work/inner")]);
});

test("a root that is not there stays what it was named", () => {
  expect(rootsOf("none", "work")).toEqual([join(folder, "none"), join(folder, "work")]);
});

test("without any the home is the root, by its own path too", () => {
  expect(readSettings({ HOME: join(folder, "link") }).settings.roots).toEqual([join(folder, "work")]);
});
