import { expect, test } from "vitest";
import { ConsumedQueue } from "./consumed-queue.ts";

function queueOf(at: number) {
  const seen: string[] = [];
  const queue = new ConsumedQueue<string>({
    at,
    onConsumed: ({ what, bytes }) => seen.push(`${what} of ${bytes}`),
    onWait: () => seen.push("waits"),
    onReturn: () => seen.push("left"),
  });
  return { queue, seen };
}

test("a thing counts as consumed when the next one is asked for", async () => {
  const { queue, seen } = queueOf(3);
  queue.push({ what: "a", to: 4, bytes: 1 });
  queue.push({ what: "b", to: 6, bytes: 2 });
  expect(await queue.next()).toEqual({ done: false, value: "a" });
  expect([queue.consumed, queue.position, seen]).toEqual([3, 4, []]);
  expect(await queue.next()).toEqual({ done: false, value: "b" });
  expect([queue.consumed, queue.position, seen]).toEqual([4, 6, ["a of 1"]]);
});

test("who leaves a loop has consumed what is in hand, and leaves once", async () => {
  const { queue, seen } = queueOf(0);
  queue.push({ what: "a", to: 1, bytes: 1 });
  for await (const _ of queue) break;
  await queue.return();
  expect([queue.consumed, queue.isOpen, seen]).toEqual([1, false, ["a of 1", "left"]]);
});

test("who waits is woken by what comes, and by the end", async () => {
  const { queue, seen } = queueOf(0);
  const first = queue.next();
  queue.push({ what: "a", to: 1, bytes: 1 });
  expect(await first).toEqual({ done: false, value: "a" });
  const second = queue.next();
  queue.complete();
  expect(await second).toEqual({ done: true, value: undefined });
  expect(seen).toEqual(["waits", "a of 1", "waits", "left"]);
});

test("a failure comes once, after what came before it, and holds nothing back for the others: the consumer has left", async () => {
  const { queue, seen } = queueOf(0);
  queue.push({ what: "a", to: 1, bytes: 1 });
  queue.fail(new Error("refused"));
  queue.push({ what: "too late", to: 2, bytes: 1 });
  expect(await queue.next()).toEqual({ done: false, value: "a" });
  await expect(queue.next()).rejects.toThrow("refused");
  expect(seen).toEqual(["a of 1", "left"]);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});

test("what was dropped or made void comes again, from where the consumer stands", async () => {
  const { queue, seen } = queueOf(5);
  queue.push({ what: "a", to: 6, bytes: 1 });
  queue.push({ what: "b", to: 7, bytes: 1 });
  await queue.next();
  queue.drop();
  expect(queue.position).toBe(6);
  queue.restart(0);
  queue.push({ what: "anew", to: 0, bytes: 0 });
  expect(await queue.next()).toEqual({ done: false, value: "anew" });
  expect([queue.position, seen]).toEqual([0, []]);
});
