import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirmLoss } from "./confirm.ts";
import type { Shell } from "./shell.ts";
import { Screen } from "./show/screen.ts";

/** Whoever sits there answers so; a script has no terminal. */
async function isDone({ answer, yes }: { answer?: string; yes?: true }): Promise<boolean> {
  const stdin: Shell["stdin"] & PassThrough = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
  const stderr = new PassThrough().resume();
  const screen = new Screen({ stdout: new PassThrough().resume(), stderr, form: "human" });
  stdin.end(`${answer}\n`);
  const shell: Shell = { env: {}, cwd: "/", stdin, screen, signal: new AbortController().signal };
  return await confirmLoss(shell, yes === undefined ? {} : { yes }, "Remove ada?");
}

test("what cannot be undone is done at a terminal with a yes alone, and by a script without a word", async () => {
  expect(await isDone({ answer: "y" })).toBe(true);
  expect(await isDone({ answer: "Yes" })).toBe(true);
  expect(await isDone({ answer: "" })).toBe(false);
  expect(await isDone({ answer: "no" })).toBe(false);
  expect(await isDone({ answer: "no", yes: true })).toBe(true);
  expect(await isDone({})).toBe(true);
});
