import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { Fault, type FaultCode, type FaultDetails } from "../protocol/fault.ts";
import { Screen } from "./show/screen.ts";
import { whileBusy } from "./while-busy.ts";

/** A start that is refused so many times before it is taken. */
function refused(times: number, code: FaultCode, details: FaultDetails = { retryAfterMs: 1 }) {
  const stderr = new PassThrough();
  const screen = new Screen({ stdout: new PassThrough(), stderr, form: "human" });
  let asked = 0;
  const start = async () => {
    asked += 1;
    if (asked <= times) throw new Fault(code, "Cannot start a call", details);
    return asked;
  };
  const run = async (signal: AbortSignal) => {
    try {
      return await whileBusy({ screen }, start, signal);
    } finally {
      stderr.end();
    }
  };
  return { run, stderr, asked: () => asked };
}

const { signal } = new AbortController();

test("a start that a busy daemon refused is repeated, and each repeat is told", async () => {
  for (const code of ["admission.overloaded", "admission.draining", "admission.rate"] as const) {
    const start = refused(3, code);
    expect(await start.run(signal)).toBe(4);
    expect(await text(start.stderr)).toBe("the daemon is busy; trying again in 1 s\n".repeat(3));
  }
});

test("it is repeated no more than three times, and not at all where that is unsafe, long, or of no use", async () => {
  const cases = [
    { start: refused(9, "admission.rate"), asked: 4 },
    { start: refused(9, "admission.rate", { retryAfterMs: 10_001 }), asked: 1 },
    { start: refused(9, "admission.rate", { retryAfterMs: 1, retrySafe: false }), asked: 1 },
    { start: refused(9, "tool.unknown"), asked: 1 },
  ];
  for (const { start, asked } of cases) {
    await expect(start.run(signal)).rejects.toBeInstanceOf(Fault);
    expect(start.asked()).toBe(asked);
  }
});

test("waiting for a busy daemon ends with the reason of the signal", async () => {
  const start = refused(9, "admission.rate", { retryAfterMs: 10_000 });
  const reason = new Fault("call.cancelled", "Cannot go on");
  await expect(start.run(AbortSignal.abort(reason))).rejects.toBe(reason);
});
