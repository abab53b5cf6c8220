import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { Presences } from "./presence.ts";

const session = "session-1" as SessionId;

test("who asks when a client has left is told once, after its grace time, and at once where it had left before", async () => {
  const clock = new ManualClock();
  using presences = new Presences({ clock, graceMs: 1000 });
  const told: string[] = [];
  const connection = presences.arrive({ session });
  using _first = presences.whenLeft({ session }, () => void told.push("first"));
  const second = presences.whenLeft({ session }, () => void told.push("second"));
  connection[Symbol.dispose]();
  await clock.advance(999);
  presences.arrive({ session })[Symbol.dispose]();
  await clock.advance(999);
  second[Symbol.dispose]();
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(["first"]);
  using _late = presences.whenLeft({ session }, () => void told.push("late"));
  expect(told).toEqual(["first", "late"]);
});
