import { expect, test } from "vitest";
import { KeyedMutex } from "./keyed-mutex.ts";

const { signal } = new AbortController();

test("under a name one goes after the other, and other names go beside it", async () => {
  const mutex = new KeyedMutex();
  const told: string[] = [];
  const enter = async (name: string, who: string) => {
    const place = await mutex.enter(name, signal);
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

test("whoever gives up holds up nobody, and a name that nobody wants is gone", async () => {
  const mutex = new KeyedMutex();
  const giving = new AbortController();
  const first = await mutex.enter("a", signal);
  const second = mutex.enter("a", giving.signal);
  const third = mutex.enter("a", signal);
  giving.abort(new Error("given up"));
  await expect(second).rejects.toThrow("given up");
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(mutex.size).toBe(0);
});
