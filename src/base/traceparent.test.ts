import { expect, test } from "vitest";
import { formatTraceparent, newTraceparent, parseTraceparent, traceIdOf } from "./traceparent.ts";

test("a traceparent survives parsing and formatting", () => {
  const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const context = parseTraceparent(header);
  expect(context).toEqual({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    flags: 1,
  });
  expect(context && formatTraceparent(context)).toBe(header);
  expect(traceIdOf(header)).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
  expect(traceIdOf("nonsense-4bf9")).toBe("");
});

test.each([
  undefined,
  "",
  "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
  "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nset-cookie: x",
])("what is no traceparent is ignored: %j", (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test("a new trace is a valid one and is like no other", () => {
  const made = Array.from({ length: 100 }, () => parseTraceparent(newTraceparent())?.traceId);
  expect(new Set(made).size).toBe(100);
  expect(made).not.toContain(undefined);
});
