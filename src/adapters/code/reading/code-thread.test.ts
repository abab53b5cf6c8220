import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { SystemClock } from "../../../base/clock.ts";
import { codeReaderContract } from "../../../core/evidence/code-reader.contract.ts";
import { CodeThread } from "./code-thread.ts";

const signal = new AbortController().signal;
const find = { question: { do: "find" }, fairness: "ada" } as const;
const slow = { path: "slow.js", text: "a(b);\n".repeat(170_000) };
const quick = { path: "quick.js", text: "eval(x)" };

describe("CodeThread", () => codeReaderContract(() => new CodeThread({ clock: new SystemClock() })));

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

test("a thread that nobody asks ends after half a minute, and the next question starts another", async () => {
  const clock = new ManualClock();
  await using thread = new CodeThread({ clock });
  await thread.read(quick, find, signal);
  expect(clock.waiting).toBe(1);
  await clock.advance(30_000);
  expect(clock.waiting).toBe(0);
  expect((await thread.read(quick, find, signal)).method).toBe("parsed");
});

promise(
  "share.fair",
  "whose file took long rests as long while others ask, who need not wait for one before each of theirs",
  async () => {
    const clock = new ManualClock();
    await using thread = new CodeThread({ clock });
    const order: string[] = [];
    const read = async (who: string, file = quick) => {
      await thread.read(file, { ...find, fairness: who }, signal);
      order.push(who);
    };
    const long = read("bob", slow);
    await clock.advance(2000);
    const next = read("bob");
    const others = (async () => {
      for (let index = 0; index < 3; index += 1) await read("ada");
    })();
    await long;
    await others;
    expect(order).toEqual(["bob", "ada", "ada", "ada"]);
    await clock.advance(1999);
    await next;
  },
);

promise("share.fair", "who asks alone does not rest", async () => {
  const clock = new ManualClock();
  await using thread = new CodeThread({ clock });
  const long = thread.read(slow, find, signal);
  await clock.advance(2000);
  await long;
  expect((await thread.read(quick, find, signal)).method).toBe("parsed");
});
