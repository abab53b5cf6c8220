import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { InProcessBus } from "../../adapters/bus/in-process/in-process-bus.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Store } from "../store/store.ts";
import { Journal } from "./journal.ts";

/** A store whose journals are read, never written: only what is at hand is looked at. */
function journal(): { journal: Journal; reads: CallId[] } {
  const reads: CallId[] = [];
  const store = {
    journal: async ({ call }: { call: CallId }) => {
      reads.push(call);
      return { head: 0, rows: [] };
    },
  } as Partial<Store> as Store;
  return { journal: new Journal({ store, bus: new InProcessBus() }), reads };
}

const entry = (bytes: number) => ({
  type: "call.progress" as const,
  at: 1,
  data: JSON.stringify({ message: "x".repeat(bytes) }),
});

test("the latest events of a call are read without asking the store", async () => {
  const { journal: kept, reads } = journal();
  kept.committed("c1" as CallId, 1, [entry(10), entry(10)]);
  expect((await kept.read("c1" as CallId, 1, 1000)).events.map(({ seq }) => seq)).toEqual([2]);
  expect(reads).toEqual([]);
});

promise("leak.memory", "of ended calls only the latest few are kept at hand", async () => {
  const { journal: kept } = journal();
  const calls = Array.from({ length: 1000 }, (_, n) => `c${n}` as CallId);
  for (const call of calls) kept.committed(call, 1, [{ type: "call.succeeded", at: 1, data: "{}" }]);
  const atHand = calls.filter((call) => kept.peek(call, 0) !== undefined);
  expect(atHand).toEqual(calls.slice(-256));
});

promise(
  "leak.memory",
  "what is kept at hand is bounded over all calls, and a large event is not kept at all",
  async () => {
    const { journal: kept, reads } = journal();
    const calls = Array.from({ length: 2000 }, (_, n) => `c${n}` as CallId);
    for (const call of calls) kept.committed(call, 1, [entry(60_000)]);
    kept.committed("big" as CallId, 1, [entry(100_000)]);
    const atHand = calls.filter((call) => kept.peek(call, 0) !== undefined);
    expect(atHand.length * 60_000).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(atHand.length).toBeGreaterThan(400);
    await kept.read("big" as CallId, 0, 1000);
    expect(reads).toEqual(["big"]);
  },
);
