import { expect, test } from "vitest";
import { TurnEnd } from "./turn-end.ts";

const turn = () => new Promise(setImmediate);

test("what is asked for in one turn is done at its end, in order and in one go", async () => {
  const end = new TurnEnd();
  const done: number[] = [];
  const atOnce: number[] = [];
  for (const n of [1, 2, 3])
    end.run(() => {
      done.push(n);
      // Whatever waits for a promise goes on only once all of them were done.
      void Promise.resolve().then(() => atOnce.push(done.length));
    });
  await Promise.resolve();
  expect(done).toEqual([]);
  await turn();
  expect(done).toEqual([1, 2, 3]);
  expect(atOnce).toEqual([3, 3, 3]);
});

test("what is asked for while a turn ends is done at the end of the next", async () => {
  const end = new TurnEnd();
  const done: string[] = [];
  end.run(() => {
    done.push("first");
    end.run(() => done.push("second"));
  });
  await turn();
  expect(done).toEqual(["first"]);
  await turn();
  expect(done).toEqual(["first", "second"]);
});
