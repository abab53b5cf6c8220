import { expect, test } from "vitest";
import { percentile, shapeOf } from "./shape.ts";
import { readSources } from "./sources.ts";

const planted = `/** A promise. */
export class Box<T> {
  value!: T;
  // biome-ignore lint/suspicious/noExplicitAny: planted
  set(a: any, b: number, c: number, d: number): void {
    this.value = a!;
  }
}
export const half = (n: number) => n / 2; // beside code
interface Wide { of(a: 1, b: 2, c: 3, d: 4): void }
`;

function measured() {
  return shapeOf([
    { path: "src/box.ts", text: planted },
    { path: "src/box.test.ts", text: "one();\ntwo();\n" },
  ]);
}

test("what the house refuses is counted with its place", () => {
  const shape = measured();
  expect(shape.anys.map((place) => place.at)).toEqual(["src/box.ts:5"]);
  expect(shape.nonNulls.map((place) => place.at)).toEqual(["src/box.ts:3", "src/box.ts:6"]);
  expect(shape.suppressions.map((place) => place.at)).toEqual(["src/box.ts:4"]);
  expect(shape.wide.map((place) => place.at)).toEqual(["src/box.ts:5", "src/box.ts:10"]);
});

test("lines are counted of files, of block bodies, of comments that stand alone, and of tests apart", () => {
  const shape = measured();
  expect(shape.files).toEqual([{ at: "src/box.ts", value: 10 }]);
  expect(shape.functions).toEqual([{ at: "src/box.ts:5", value: 3 }]);
  expect([shape.lines, shape.commentLines, shape.testLines]).toEqual([10, 2, 2]);
});

test("a percentile is a value that occurs", () => {
  const places = [5, 1, 9, 3].map((value) => ({ at: "x", value }));
  expect([0.5, 0.9, 1].map((share) => percentile(places, share))).toEqual([3, 9, 9]);
});

test("a walk that finds nothing fails", () => {
  expect(() => shapeOf([{ path: "src/only.test.ts", text: "" }])).toThrow("found no file");
  expect(() => readSources(import.meta.dirname, [])).toThrow("found no TypeScript file");
});
