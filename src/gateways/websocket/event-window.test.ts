import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type EventWindow,
  eventCredit,
  eventsAcked,
  eventsMissing,
  eventsRewound,
  eventsSent,
  maxUnackedBytes,
  maxUnackedEvents,
  openEventWindow,
} from "./event-window.ts";

type Step =
  | { do: "send"; bytes: number; events: number }
  | { do: "ack"; share: number }
  | { do: "gap"; length: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("send" as const), bytes: fc.nat(400_000), events: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ do: fc.constant("ack" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ do: fc.constant("gap" as const), length: fc.integer({ min: 1, max: 50 }) }),
  ),
  { maxLength: 60 },
);

/** The truth: every unacknowledged chunk by itself. */
interface Model {
  window: EventWindow;
  unacked: { seq: number; bytes: number }[];
}

function take(model: Model, step: Step): void {
  const { window } = model;
  if (step.do === "send") {
    const credit = eventCredit(window);
    if (credit.events === 0) return;
    const seq = window.sent + Math.min(step.events, credit.events);
    const bytes = Math.min(step.bytes, credit.bytes);
    model.window = eventsSent(window, seq, bytes);
    model.unacked.push({ seq, bytes });
  } else if (step.do === "ack") {
    const seq = window.acked + Math.round((window.sent - window.acked) * step.share);
    model.window = eventsAcked(window, seq) ?? expect.unreachable();
    model.unacked = model.unacked.filter((chunk) => chunk.seq > seq);
  } else model.window = eventsMissing(window, window.sent + step.length);
}

test("no order of sends, gaps and acks lets more than the limits be unacknowledged", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const model: Model = { window: openEventWindow(0), unacked: [] };
      for (const step of all) {
        take(model, step);
        const bytes = model.unacked.reduce((sum, chunk) => sum + chunk.bytes, 0);
        expect(bytes).toBeLessThanOrEqual(maxUnackedBytes);
        expect(model.window.olderBytes + model.window.newerBytes).toBeGreaterThanOrEqual(bytes);
        if (step.do === "send") expect(eventCredit(model.window).events).toBeLessThanOrEqual(maxUnackedEvents);
      }
    }),
  );
});

test("a reader that has acknowledged everything has all its credit again, whatever came before", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const model: Model = { window: openEventWindow(0), unacked: [] };
      for (const step of all) take(model, step);
      const settled = eventsAcked(model.window, model.window.sent) ?? expect.unreachable();
      expect(eventCredit(settled)).toEqual({ events: maxUnackedEvents, bytes: maxUnackedBytes });
    }),
  );
});

test("an ack for what was never sent is told apart from one that is late", () => {
  const window = eventsSent(openEventWindow(10), 15, 100);
  expect(eventsAcked(window, 16)).toBeUndefined();
  expect(eventsAcked(window, 9)).toBe(window);
  expect(eventsAcked(eventsRewound(window), 15)).toEqual(eventsRewound(window));
});
