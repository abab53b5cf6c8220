import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { runSeed } from "./run-seed.ts";

/** The short form of `npm run chaos`: less work and harm in each run, and few of them. */
const size = { clients: 1, jobs: 8, streamBytes: 400_000, harms: 3, harmedConnections: 14, longestMs: 180_000 };

async function keepsEveryPromise(seed: number): Promise<void> {
  const { violations, stories, calls, events } = await runSeed(seed, size);
  expect(violations, stories.join("\n")).toEqual([]);
  expect(calls).toBeGreaterThanOrEqual(size.jobs);
  expect(events).toBeGreaterThan(calls * 2);
}

promise(
  ["lost.accepted", "lost.reconnect"],
  "whatever happens to the network, the clients and the daemon, calls end once, events come once and keyed starts run once",
  () => keepsEveryPromise(2),
);

test.each([1, 3, 4])("the same by seed %i", keepsEveryPromise);
