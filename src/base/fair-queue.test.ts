import fc from "fast-check";
import { expect, test } from "vitest";
import { FairQueue, type Open, type Standing } from "./fair-queue.ts";

const everything: Open = { gate: () => true, outer: () => true, inner: () => true };

function queueOf(...rows: [outer: string, inner: string, gate?: string][]): FairQueue<Standing> {
  const queue = new FairQueue<Standing>();
  for (const [order, [outer, inner, gate = ""]] of rows.entries()) queue.add({ outer, inner, gate, order });
  return queue;
}

function drain(queue: FairQueue<Standing>, open = everything): Standing[] {
  const served: Standing[] = [];
  for (let item = queue.first(open); item !== undefined; item = queue.first(open)) {
    queue.serve(item);
    served.push(item);
  }
  return served;
}

test("groups take turns, their inner groups do inside them, and there the first to come goes first", () => {
  const queue = queueOf(["a", "x"], ["a", "x"], ["a", "y"], ["a", "x"], ["b", "x"], ["b", "x"]);
  const names = drain(queue).map(({ outer, inner, order }) => `${outer}${inner}${order}`);
  expect(names).toEqual(["ax0", "bx4", "ay2", "bx5", "ax1", "ax3"]);
});

test("a closed gate holds back only those that wait at it", () => {
  const queue = queueOf(["a", "x", "closed"], ["a", "x", "open"], ["b", "x", "closed"], ["c", "x"]);
  const orders = drain(queue, { ...everything, gate: (gate) => gate !== "closed" }).map(({ order }) => order);
  expect(orders).toEqual([1, 3]);
  expect(drain(queue)).toHaveLength(2);
});

test("groups keep their turns over all gates: waiting at more of them brings no more", () => {
  const queue = queueOf(["a", "x", "1"], ["a", "x", "2"], ["a", "x", "3"], ["b", "x", "3"], ["b", "x", "3"]);
  expect(drain(queue).map(({ outer }) => outer)).toEqual(["a", "b", "a", "b", "a"]);
});

test("who leaves the line and joins it anew stands at its end", () => {
  const queue = queueOf(["a", "x"], ["b", "x"]);
  const head = queue.first(everything);
  if (head !== undefined) queue.delete(head);
  queue.add({ outer: "a", inner: "x", gate: "", order: 2 });
  expect(drain(queue).map(({ outer }) => outer)).toEqual(["b", "a"]);
});

const standings = fc.array(
  fc.record({
    outer: fc.constantFrom("a", "b", "c"),
    inner: fc.constantFrom("x", "y"),
    gate: fc.constantFrom("", "1", "2"),
  }),
  { maxLength: 40 },
);

test("everything that was added comes out once, whatever was taken out in between", () => {
  fc.assert(
    fc.property(standings, fc.array(fc.nat(39)), (rows, givenUp) => {
      const queue = new FairQueue<Standing>();
      const items = rows.map((row, order) => ({ ...row, order }));
      for (const item of items) queue.add(item);
      const gone = new Set(givenUp.flatMap((place) => items[place] ?? []));
      for (const item of gone) queue.delete(item);
      const served = drain(queue);
      expect(new Set(served)).toEqual(new Set(items.filter((item) => !gone.has(item))));
      expect(served).toHaveLength(items.length - gone.size);
    }),
  );
});

test("between two turns of a waiting group every other has at most one", () => {
  fc.assert(
    fc.property(standings, (rows) => {
      const queue = new FairQueue<Standing>();
      for (const [order, row] of rows.entries()) queue.add({ ...row, order });
      const served = drain(queue).map(({ outer }) => outer);
      for (const [at, outer] of served.entries()) {
        const before = served.lastIndexOf(outer, at - 1);
        const between = at === 0 ? [] : served.slice(before + 1, at);
        expect(new Set(between).size).toBe(between.length);
      }
    }),
  );
});
