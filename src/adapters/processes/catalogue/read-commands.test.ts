import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { needsConfinement } from "../../../core/processes/commands/executing.ts";
import { chooseGrammar } from "../../../core/processes/commands/grammar.ts";
import { readArguments } from "../../../core/processes/commands/read-arguments.ts";
import { readCommands } from "./read-commands.ts";

const folder = join(import.meta.dirname, "../../../../catalogue/commands");
const { usual, executing } = await readCommands(folder);

function lineOf([id = "", ...given]: string[]): string[] {
  const command = usual.find((each) => each.id === id);
  if (command === undefined) throw new Error(`no command ${id}`);
  const { grammar, given: left } = chooseGrammar(command, given);
  return readArguments(grammar.name, grammar.rules, left).argv;
}

const hostile = [
  "git -c alias.x=!id x",
  "git --exec-path=/tmp log",
  "git -C / log",
  "git log --ext-diff",
  "git log --textconv",
  "git log --output=/tmp/x",
  "git diff --no-index /etc/passwd /etc/shadow",
  "git diff /etc/passwd",
  "git diff ../../../../etc/passwd",
  "git grep -O id",
  "git grep --open-files-in-pager=id x",
  "git fetch --upload-pack=id",
  "git push",
  "git commit",
  "git branch -D main",
  "git tag x",
  "git stash pop",
  "git remote add x ext::id",
  "find . -exec id ;",
  "find . -execdir id ;",
  "find . -ok id ;",
  "find . -delete",
  "find . -fprintf /tmp/x y",
  "find . -files0-from x",
  "sort --compress-program=id x",
  "sort -o /tmp/x y",
  "rg --pre id x",
  "rg --hostname-bin=id x",
  "rg -f /etc/passwd .",
  "grep -f /etc/passwd x",
  "grep -e . /etc/passwd",
  "wc --files0-from=/etc/passwd",
  "diff --from-file=/etc/passwd x",
  "file -m /tmp/x y",
  "tree -o /tmp/x",
  "date -s 12:00",
  "date -f /etc/passwd",
  "node -e 1",
  "node -r /tmp/x",
  "node /tmp/x",
  "node",
  "python3 -c 1",
];

promise("auth.commands", "no flag that runs or writes something goes through the usual commands", () => {
  for (const line of hostile)
    expect(() => lineOf(line.split(" ")), line).toThrow(expect.objectContaining({ code: "process.refused" }));
});

promise(["auth.commands"], "what the usual git runs is told on every line to run nothing of the repository", () => {
  for (const line of ["git log -p", "git show", "git diff", "git status", "git blame -- a", "git grep x"]) {
    const argv = lineOf(line.split(" "));
    expect(argv).toEqual(expect.arrayContaining(["core.fsmonitor=false", "core.hooksPath=/dev/null", "--no-pager"]));
    if (/log|show|diff/.test(line)) expect(argv).toEqual(expect.arrayContaining(["--no-ext-diff", "--no-textconv"]));
  }
});

test("the usual commands have names of their own, and what runs anything asks to be confined", () => {
  expect(new Set(usual.map(({ id }) => id)).size).toBe(usual.length);
  const risky = usual.filter((command) => command.least === "C" && needsConfinement(command, executing) !== undefined);
  expect(risky.map(({ id }) => id)).toEqual([]);
});

test("what a developer asks for every day is there", () => {
  for (const line of [
    "ls -la src",
    "cat a b",
    "head -20 a",
    "tail -n +3 a",
    "grep -rn --include=*.ts needle src",
    "rg -n -g *.ts needle src",
    "find . -name *.ts -type f",
    "git log --oneline -3 main..topic -- src",
    "git diff --stat HEAD~1",
    "git show HEAD:src/a.ts",
    "diff -u a b",
    "du -sh .",
    "node --version",
  ])
    expect(lineOf(line.split(" ")).length, line).toBeGreaterThan(0);
});
