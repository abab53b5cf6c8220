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
