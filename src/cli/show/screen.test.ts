import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Screen } from "./screen.ts";

test("where no terminal is, or one that does not know its size, the size is the usual one", () => {
  const sizeOf = (known: { rows?: number; columns?: number }) =>
    new Screen({ stdout: Object.assign(new PassThrough(), known), stderr: new PassThrough(), form: "human" }).size;
  expect(sizeOf({})).toEqual({ rows: 24, cols: 80 });
  expect(sizeOf({ rows: 0, columns: 0 })).toEqual({ rows: 24, cols: 80 });
  expect(sizeOf({ rows: 30, columns: 90 })).toEqual({ rows: 30, cols: 90 });
});

test("a terminal gets colours, and nothing else that it would obey; a pipe gets a text as it is", () => {
  const hostile = "\u001b]52;c;eA==\u0007\u001b[2J\u009b1A\u001b[31mred\u001b[0m\ta\r\nb";
  const shownOn = (isTTY: boolean) => {
    const stdout = Object.assign(new PassThrough(), { isTTY });
    new Screen({ stdout, stderr: new PassThrough(), form: "human" }).print(hostile);
    return String(stdout.read());
  };
  expect(shownOn(true)).toBe("]52;c;eA==[2J1A\u001b[31mred\u001b[0m\ta\nb\n");
  expect(shownOn(false)).toBe(`${hostile}\n`);
});
