import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { IgnoreRules } from "./ignore-rules.ts";

const unbounded = () => ({ left: Number.MAX_SAFE_INTEGER });
const rules = [
  "# a comment",
  "*.log",
  "!keep.log",
  "/top",
  "build/",
  "doc/*.txt",
  "**/cache",
  "deep/**/leaf",
  "trail   ",
  "blank\\ ",
  "\\#sharp",
  "\\!bang",
  "[ab].tmp",
  "vendor/*",
  "!vendor/ours",
];
const paths = [
  "a.log",
  "x/a.log",
  "keep.log",
  "top",
  "x/top",
  "doc/a.txt",
  "doc/x/a.txt",
  "x/doc/a.txt",
  "cache",
  "x/y/cache",
  "deep/leaf",
  "deep/1/2/leaf",
  "trail",
  "blank ",
  "blank",
  "#sharp",
  "!bang",
  "a.tmp",
  "c.tmp",
  "vendor/theirs",
  "vendor/ours",
  "build",
];

test("files are left out exactly where git leaves them out", () => {
  const folder = mkdtempSync(join(tmpdir(), "exai-ignore-"));
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: folder, input: `${paths.join("\n")}\n`, encoding: "utf8" });
    git("init", "-q");
    writeFileSync(join(folder, ".gitignore"), rules.join("\n"));
    const lines = git(
      "-c",
      "core.excludesFile=/dev/null",
      "check-ignore",
      "--no-index",
      "--verbose",
      "--non-matching",
      "--stdin",
    ).split("\n");
    const byGit = lines.filter(Boolean).map((line) => {
      const [rule = "", path] = line.split("\t");
      return [path, !rule.startsWith("::") && !/:!/.test(rule)];
    });
    const own = IgnoreRules.none.with(rules.join("\n"), 0);
    expect(paths.map((path) => [path, own.ignores(path.split("/"), "other", unbounded())])).toEqual(byGit);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("rules of a directory count from there and win over those above it; a rule for directories leaves files", () => {
  const ignore = IgnoreRules.none.with("*.log\nbuild/\n", 0).with("!a.log\n/only\n", 1);
  expect(ignore.ignores(["x", "a.log"], "other", unbounded())).toBe(false);
  expect(ignore.ignores(["x", "b.log"], "other", unbounded())).toBe(true);
  expect(ignore.ignores(["x", "only"], "other", unbounded())).toBe(true);
  expect(ignore.ignores(["x", "y", "only"], "other", unbounded())).toBe(false);
  expect(
    ["directory", "other"].map((kind) => ignore.ignores(["build"], kind as "directory" | "other", unbounded())),
  ).toEqual([true, false]);
});

test("no ignore file holds anybody up", () => {
  const hostile = [
    `${" ".repeat(200_000)}x`,
    `[${"\\\\a".repeat(200)}`,
    "[".repeat(900),
    "*a".repeat(400),
    "**/".repeat(300),
  ];
  const ignore = IgnoreRules.none.with(hostile.join("\n"), 0);
  const looks = { left: 1_000_000 };
  expect(ignore.ignores(["a".repeat(255)], "other", looks)).toBe(false);
  expect(looks.left).toBeGreaterThan(0);
});

promise("share.fair", "rules that no name can be held against in time are told as such", () => {
  const ignore = IgnoreRules.none.with(`*${"a".repeat(120)}b*\n`.repeat(1000), 0);
  const looks = { left: 1_000_000 };
  expect(ignore.ignores(["a".repeat(255)], "other", looks)).toBeUndefined();
  expect(looks.left).toBeGreaterThan(-1000);
});
