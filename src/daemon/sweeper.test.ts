import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { Watched } from "../../test/support/core.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Room } from "../core/store/room.ts";
import { Sweeper } from "./sweeper.ts";

/** A sweeper whose rounds do what is said, with what was told of them. */
function sweeping(sweep: () => Promise<number>) {
  const clock = new ManualClock();
  const watch = new Watched();
  const room = new Room({ maxBytes: 0 });
  const passCap = () => {
    room.counted([]);
    room.took(1);
  };
  return { clock, watch, passCap, sweeper: new Sweeper({ retention: { sweep }, room, clock, watch }) };
}

promise(
  "leak.disk",
  "soon after the start and every minute what is old or too much goes, and after the end nothing more",
  async () => {
    let rounds = 0;
    const { clock, sweeper } = sweeping(async () => ++rounds);
    await clock.advance(999);
    expect(rounds).toBe(0);
    await clock.advance(1);
    expect(rounds).toBe(1);
    for (const round of [2, 3]) {
      await clock.advance(60_000);
      expect(rounds).toBe(round);
    }
    await sweeper[Symbol.asyncDispose]();
    await clock.advance(600_000);
    expect(rounds).toBe(3);
  },
);

promise(
  "leak.disk",
  "beyond the cap it sweeps within a second, however often, and then again in a minute",
  async () => {
    let rounds = 0;
    const { clock, passCap, sweeper } = sweeping(async () => ++rounds);
    await clock.advance(1000);
    for (let n = 0; n < 10; n++) passCap();
    await clock.advance(1000);
    expect(rounds).toBe(2);
    await clock.advance(59_000);
    expect(rounds).toBe(2);
    await sweeper[Symbol.asyncDispose]();
    passCap();
    expect(clock.waiting).toBe(0);
  },
);

promise("say.no-swallow", "a round that fails is told with its place, and the next one comes", async () => {
  const { clock, watch, sweeper } = sweeping(() => Promise.reject(new Error("the disk is away")));
  await using _sweeper = sweeper;
  await clock.advance(60_000);
  expect(watch.swallows).toEqual(["sweep"]);
  expect(clock.waiting).toBe(1);
});

test("an end waits for the round that runs", async () => {
  const { promise: finished, resolve } = Promise.withResolvers<number>();
  const { clock, sweeper } = sweeping(() => finished);
  await clock.advance(60_000);
  const order: string[] = [];
  const ended = sweeper[Symbol.asyncDispose]().then(() => order.push("ended"));
  resolve(0);
  order.push("swept");
  await ended;
  expect(order).toEqual(["swept", "ended"]);
  expect(clock.waiting).toBe(0);
});
