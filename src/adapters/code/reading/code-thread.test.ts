import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { SystemClock } from "../../../base/clock.ts";
import { CodeThread } from "./code-thread.ts";

const signal = new AbortController().signal;
const find = { question: { do: "find" }, fairness: "ada" } as const;
const slow = { path: "slow.js", text: "a(b);\n".repeat(170_000) };
const quick = { path: "quick.js", text: "eval(x)" };

test("a file that takes longer than is allowed is refused with its reason, and the next one is read", async () => {
  const clock = new ManualClock();
  await using thread = new CodeThread({ clock });
  const late = thread.read(slow, find, signal);
  const next = thread.read(quick, find, signal);
  const refused = expect(late).rejects.toMatchObject({
    code: "workspace.unreadable",
    message: expect.stringContaining("5000 ms"),
  });
  await clock.advance(5000);
  await refused;
  expect((await next).findings).toMatchObject([{ rule: "dynamic-code" }]);
});

test("those who ask take turns: one with many files does not hold up another with one", async () => {
  await using thread = new CodeThread({ clock: new SystemClock() });
  const order: string[] = [];
  const ask = async (who: string) => {
    await thread.read(quick, { ...find, fairness: who }, signal);
    order.push(who);
  };
  await Promise.all([...Array.from({ length: 20 }, () => ask("ada")), ask("ben")]);
  expect(order.indexOf("ben")).toBeLessThan(3);
});

test("a call that ends takes its file out of the line, and a stop refuses whoever waits", async () => {
  const thread = new CodeThread({ clock: new SystemClock() });
  const first = thread.read(slow, find, signal);
  const aborting = new AbortController();
  const left = thread.read(quick, find, aborting.signal);
  const waiting = thread.read(quick, find, signal);
  const told = Promise.allSettled([first, left, waiting]);
  aborting.abort(new Error("enough"));
  await thread[Symbol.asyncDispose]();
  expect((await told).map((each) => each.status === "rejected" && each.reason.message)).toEqual([
    expect.stringContaining("the daemon stops"),
    "enough",
    expect.stringContaining("the daemon stops"),
  ]);
});

test("a thread that nobody asks ends after half a minute, and the next question starts another", async () => {
  const clock = new ManualClock();
  await using thread = new CodeThread({ clock });
  await thread.read(quick, find, signal);
  expect(clock.waiting).toBe(1);
  await clock.advance(30_000);
  expect(clock.waiting).toBe(0);
  expect((await thread.read(quick, find, signal)).method).toBe("parsed");
});
