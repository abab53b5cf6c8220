import { expect, test } from "vitest";
import { Fault, type FaultCode, faultCodes } from "../protocol/fault.ts";
import { exitOfCall, exitOfFault } from "./exit-codes.ts";
import { exitOfProgram } from "./program-exit.ts";

test("every fault has an exit code that says of which kind it is", () => {
  const kinds = Map.groupBy(faultCodes, exitOfFault);
  expect([...kinds.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 124, 130]);
  expect(kinds.get(3)?.every((code) => code.startsWith("auth."))).toBe(true);
  expect(kinds.get(4)).toEqual(["client.disconnected", "client.version"]);
  expect(kinds.get(5)).toEqual(expect.arrayContaining(["admission.overloaded", "budget.exceeded", "session.limit"]));
  expect(kinds.get(124)).toEqual(["call.deadline", "process.silent", "process.pause-limit"]);
  expect(kinds.get(130)).toEqual(["call.cancelled"]);
});

test("a call that has not ended is no failure; one that failed tells by its fault", () => {
  const fault = { code: "budget.exceeded", message: "", facts: {}, retry: { safe: false } } as const;
  expect(exitOfCall({ phase: "running" })).toBe(0);
  expect(exitOfCall({ phase: "failed", fault })).toBe(5);
  expect(exitOfCall({ phase: "expired" })).toBe(124);
  expect(exitOfCall({ phase: "cancelled" })).toBe(130);
});

test("a program's own end is the exit code, also where a signal was it; a call that failed has none", () => {
  const ended = (data: unknown) => ({ phase: "succeeded", result: { content: "", data } }) as const;
  expect(exitOfProgram(ended({ code: 7, signal: null }))).toBe(7);
  expect(exitOfProgram(ended({ code: null, signal: "SIGKILL" }))).toBe(137);
  expect(exitOfProgram({ phase: "cancelled" })).toBe(130);
  expect(exitOfProgram(ended(undefined))).toBe(0);
  const failed = (code: FaultCode) => exitOfProgram({ phase: "failed", fault: new Fault(code, "").view() });
  expect(
    (["process.refused", "workspace.outside", "process.not-started", "call.interrupted"] as const).map(failed),
  ).toEqual([126, 126, 127, 1]);
});
