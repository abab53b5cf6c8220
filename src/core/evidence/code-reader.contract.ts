import { expect, test } from "vitest";
import type { CodeReader } from "./code-reader.ts";

const signal = new AbortController().signal;
const find = { question: { do: "find" }, fairness: "ada" } as const;
const quick = { path: "quick.js", text: "eval(x)" };
/** What takes a reader so long that others come meanwhile. */
const slow = { path: "slow.js", text: "a(b);\n".repeat(170_000) };

/** What every reader of code promises. */
export function codeReaderContract(open: () => CodeReader): void {
  test("a file is read in the language that its name tells, and answers what was asked alone", async () => {
    await using reader = open();
    const found = await reader.read(quick, find, signal);
    expect(found).toMatchObject({ language: "javascript", findings: [{ rule: "dynamic-code", line: 1 }] });
    const outlined = await reader.read(
      { path: "a.py", text: "def one():\n  pass\n" },
      { question: { do: "outline" }, fairness: "ada" },
      signal,
    );
    expect(outlined).toMatchObject({ language: "python", symbols: [{ name: "one", kind: "function", line: 1 }] });
    expect(outlined.findings).toBeUndefined();
  });

  test("those who ask take turns: one with many files does not hold up another with one", async () => {
    await using reader = open();
    const order: string[] = [];
    const ask = async (who: string) => {
      await reader.read(quick, { ...find, fairness: who }, signal);
      order.push(who);
    };
    await Promise.all([...Array.from({ length: 20 }, () => ask("ada")), ask("ben")]);
    expect(order.indexOf("ben")).toBeLessThan(3);
  });

  test("a call that ends waits no longer, and a stop refuses whoever waits", async () => {
    const reader = open();
    const first = reader.read(slow, find, signal);
    const aborting = new AbortController();
    const left = reader.read(quick, find, aborting.signal);
    const waiting = reader.read(quick, find, signal);
    const told = Promise.allSettled([first, left, waiting]);
    const reason = new Error("enough");
    aborting.abort(reason);
    await reader[Symbol.asyncDispose]();
    const stopped = { status: "rejected", reason: expect.objectContaining({ code: "workspace.unreadable" }) };
    expect(await told).toEqual([stopped, { status: "rejected", reason }, stopped]);
  });
}
