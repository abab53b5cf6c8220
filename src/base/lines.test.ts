import { expect, test } from "vitest";
import { Lines } from "./lines.ts";

const { signal } = new AbortController();

test("in a line one goes after the other, and other lines go beside it", async () => {
  const lines = new Lines();
  const told: string[] = [];
  const enter = async (line: string, who: string) => {
    const place = await lines.enter(line, signal);
    told.push(who);
    return place;
  };
  const first = await enter("a", "first");
  const second = enter("a", "second");
  await enter("b", "beside");
  expect(told).toEqual(["first", "beside"]);
  first[Symbol.dispose]();
  await second;
  expect(told).toEqual(["first", "beside", "second"]);
});

test("whoever gives up holds up nobody, and a line that is empty is gone", async () => {
  const lines = new Lines();
  const giving = new AbortController();
  const first = await lines.enter("a", signal);
  const second = lines.enter("a", giving.signal);
  const third = lines.enter("a", signal);
  giving.abort(new Error("given up"));
  await expect(second).rejects.toThrow("given up");
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(lines.size).toBe(0);
});
