import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault } from "../../protocol/fault.ts";
import { SlowedAnswers } from "./slowed-answers.ts";

const slowed = new Fault("auth.slowed", "Cannot authenticate", { retryAfterMs: 2000 });
const never = new AbortController().signal;

promise(
  "auth.brute",
  "of one source eight answers are held back, of all 256, and the rest are told at once",
  async () => {
    const clock = new ManualClock();
    const answers = new SlowedAnswers({ clock });
    for (let index = 0; index < 9; index++) void answers.hold(slowed, "203.0.113.1", never);
    expect(clock.waiting).toBe(8);
    for (let host = 0; host < 300; host++) void answers.hold(slowed, `198.51.100.${host}`, never);
    expect(clock.waiting).toBe(256);
    await clock.advance(2000);
    expect(clock.waiting).toBe(0);
    void answers.hold(slowed, "203.0.113.1", never);
    expect(clock.waiting).toBe(1);
  },
);

test("other refusals are told at once, and nothing is held for who is gone", async () => {
  const clock = new ManualClock();
  const answers = new SlowedAnswers({ clock });
  await answers.hold(new Fault("auth.invalid", "Cannot authenticate"), "203.0.113.1", never);
  const gone = new AbortController();
  const held = answers.hold(slowed, "203.0.113.1", gone.signal);
  gone.abort();
  await held;
  expect(clock.waiting).toBe(0);
});
