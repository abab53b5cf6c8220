import { expect, test } from "vitest";
import { StandingClock } from "../../../test/support/standing-clock.ts";
import { Attention } from "./attention.ts";

function attentive() {
  const clock = new StandingClock();
  return { clock, attention: new Attention({ clock }) };
}

test("a wait in which the process ran all the while was not missed, however long it is", async () => {
  const { clock, attention } = attentive();
  using wait = attention.begin();
  await clock.advance(600_000);
  expect(wait.wasMissed).toBe(false);
});

test("a second in which the process stood still is noticed by every wait that it fell into, and by none after it", async () => {
  const { clock, attention } = attentive();
  using first = attention.begin();
  await clock.advance(1300);
  using second = attention.begin();
  clock.standStill(1000);
  // Also by one who looks before the next beat comes.
  expect(second.wasMissed).toBe(true);
  await clock.advance(1000);
  using third = attention.begin();
  await clock.advance(500);
  expect([first, second, third].map(({ wasMissed }) => wasMissed)).toEqual([true, true, false]);
});

test("what a wait comes to later than two seconds after the process stood still has nothing to do with that", async () => {
  const { clock, attention } = attentive();
  using wait = attention.begin();
  clock.standStill(60_000);
  await clock.advance(1500);
  expect(wait.wasMissed).toBe(true);
  await clock.advance(1000);
  expect(wait.wasMissed).toBe(false);
  clock.standStill(1500);
  expect(wait.wasMissed).toBe(true);
});

test("where nobody waits there is nothing to look at", async () => {
  const { clock, attention } = attentive();
  {
    using _first = attention.begin();
    using second = attention.begin();
    second[Symbol.dispose]();
    expect(clock.waiting).toBe(1);
  }
  expect(clock.waiting).toBe(0);
  clock.standStill(60_000);
  using later = attention.begin();
  await clock.advance(1000);
  expect(later.wasMissed).toBe(false);
});
