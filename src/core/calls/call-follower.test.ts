import { expect, test } from "vitest";
import { InProcessBus } from "../../adapters/bus/in-process/in-process-bus.ts";
import type { EventType } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Entry } from "../store/store.ts";
import { CallFollower } from "./call-follower.ts";
import { Journal } from "./journal.ts";

const call = "c1" as CallId;
const signal = new AbortController().signal;

/** A call of which everything is at hand. */
class Spoken {
  readonly journal = new Journal({ store: undefined as never, bus: new InProcessBus() });
  #next = 1;

  say(...types: EventType[]): void {
    const entries: Entry[] = types.map((type) => ({ type, at: 1, data: "{}" }));
    this.journal.committed(call, this.#next, entries);
    this.#next += entries.length;
  }
}

test("who follows gets what was said before and what is said later, up to the ending", async () => {
  const spoken = new Spoken();
  spoken.say("call.accepted", "call.started");
  using follower = new CallFollower(spoken.journal, { call, after: 1 });
  expect(await follower.next(signal)).toMatchObject({ events: [{ seq: 2 }], state: "open" });
  const next = follower.next(signal);
  await new Promise(setImmediate);
  spoken.say("call.succeeded");
  expect(await next).toMatchObject({ events: [{ seq: 3 }], state: "ended" });
});

test("who waits for one kind of event is told of it or of the ending, and has everything still to read", async () => {
  for (const decisive of ["input.requested", "call.failed"] as const) {
    const spoken = new Spoken();
    spoken.say("call.accepted");
    using follower = new CallFollower(spoken.journal, { call, after: 0 });
    const comes = follower.comes(new Set(["input.requested"]), signal).then(() => "come");
    spoken.say("call.started");
    const waits = new Promise((resolve) => setImmediate(resolve, "waits"));
    expect(await Promise.race([comes, waits])).toBe("waits");
    spoken.say(decisive);
    expect(await comes).toBe("come");
    expect((await follower.next(signal)).events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  }
});

test("the end of a wait is the signal's, and what comes after it is read by the next", async () => {
  const spoken = new Spoken();
  using follower = new CallFollower(spoken.journal, { call, after: 0 });
  spoken.say("call.accepted");
  await follower.next(signal);
  const over = new AbortController();
  const waiting = follower.next(over.signal);
  over.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  spoken.say("call.started");
  expect(await follower.next(signal)).toMatchObject({ events: [{ seq: 2 }] });
});
