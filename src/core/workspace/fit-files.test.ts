import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fitFiles, type ShowableFile } from "./fit-files.ts";

const hash = (lines: readonly string[]) => createHash("sha256").update(lines.join("\n")).digest("hex");
const file = (path: string, lines: string[], from = 1): ShowableFile => ({
  path,
  lines,
  from,
  totalLines: from + lines.length - 1,
  sha256: hash(lines),
});
const words = (text: string) => text.split(/\s+/).filter(Boolean).length;

const files = fc
  .uniqueArray(
    fc.record({
      path: fc.stringMatching(/^[a-z]{1,6}$/),
      lines: fc.array(fc.stringMatching(/^[a-c ]{0,12}$/), { maxLength: 30 }),
      from: fc.integer({ min: 1, max: 500 }),
    }),
    { maxLength: 8, selector: ({ path }) => path },
  )
  .map((all) => all.map(({ path, lines, from }) => file(path, lines, from)));
const counting = fc.constantFrom(
  words,
  (text: string) => text.length,
  (text: string) => Math.ceil(text.length / 3.7),
);
const budget = fc.integer({ min: 0, max: 2000 });

test("what is shown never counts more than the budget, and its tokens are those of its texts", () => {
  fc.assert(
    fc.property(files, budget, counting, (given, tokens, count) => {
      const fitted = fitFiles(given, tokens, count);
      expect(fitted.tokens).toBe(fitted.shown.reduce((sum, { text }) => sum + count(text), 0));
      expect(fitted.tokens).toBeLessThanOrEqual(tokens);
    }),
  );
});

test("every line of every file is shown, named as missing, or shown under another name", () => {
  fc.assert(
    fc.property(files, budget, counting, (given, tokens, count) => {
      const { shown, unshown } = fitFiles(given, tokens, count);
      for (const { path, sha256, lines, from } of given) {
        const end = from + lines.length - 1;
        const there = shown.find((each) => each.path === path);
        const missing = unshown.find((each) => each.path === path);
        if (missing?.why === "same-content") {
          expect(there).toBeUndefined();
          expect(given.find((each) => each.path === missing.as)?.sha256).toBe(sha256);
        } else if (there === undefined) expect(missing).toMatchObject({ why: "no-room", from, to: end });
        else if (there.to < end) expect(missing).toMatchObject({ why: "no-room", from: there.to + 1, to: end });
        else expect([there.from, there.to, missing]).toEqual([from, end, undefined]);
      }
    }),
  );
});

test("a file that is shown carries exactly its own lines, each behind its number", () => {
  fc.assert(
    fc.property(files, budget, counting, (given, tokens, count) => {
      for (const { path, from, to, text } of fitFiles(given, tokens, count).shown) {
        const source = given.find((each) => each.path === path);
        const body = text.split("\n").slice(1, -2);
        expect(body.map((line) => line.replace(/^ *\d+\| /, ""))).toEqual(source?.lines.slice(0, to - from + 1));
        expect(body.map((line) => Number.parseInt(line, 10))).toEqual(body.map((_, index) => from + index));
      }
    }),
  );
});

test("the newest comes first: what an older file gets is never taken from a newer one", () => {
  fc.assert(
    fc.property(files, budget, counting, (given, tokens, count) => {
      const newest = given.at(-1);
      const all = fitFiles(given, tokens, count);
      const alone = fitFiles(given.slice(-1), tokens, count);
      expect(all.shown.find(({ path }) => path === newest?.path)).toEqual(alone.shown[0]);
    }),
  );
});

test("the same content under two names is shown once, under the newer one; another range of it is shown too", () => {
  const lines = ["a", "b"];
  const range = { ...file("range.ts", ["b"], 2), sha256: hash(lines) };
  const { shown, unshown } = fitFiles([file("old.ts", lines), range, file("new.ts", lines)], 1000, words);
  expect(shown.map(({ path }) => path)).toEqual(["range.ts", "new.ts"]);
  expect(unshown).toEqual([{ path: "old.ts", sha256: hash(lines), why: "same-content", as: "new.ts" }]);
});

test("a name with a line break in it cannot pass for what stands around a file", () => {
  const [shown] = fitFiles([file("x\n--- end ---", ["a"])], 1000, words).shown;
  expect(shown?.text.split("\n")[0]).toBe(`--- "x\\n--- end ---", lines 1 to 1 of 1 ---`);
});
