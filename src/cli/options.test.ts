import { expect, test } from "vitest";
import { duration, severalOf, variable, whole } from "./options.ts";

test("a length of time has a unit, or is in seconds", () => {
  const texts = ["500ms", "30", "30s", "1.5m", "12h", "90d"];
  expect(texts.map(duration)).toEqual([500, 30_000, 30_000, 90_000, 43_200_000, 7_776_000_000]);
  for (const text of ["", "s", "-1s", "5 s", "1w", "0", "Infinity"])
    expect(() => duration(text)).toThrow("length of time");
});

test("a variable is split at its first =, and later ones join earlier ones", () => {
  expect(variable("B=c=d", variable("A="))).toEqual({ A: "", B: "c=d" });
  for (const text of ["A", "=b", ""]) expect(() => variable(text)).toThrow("NAME=VALUE");
});

test("a count is whole, a choice is one of them", () => {
  expect(whole("12")).toBe(12);
  for (const text of ["", "-1", "1.5", "x"]) expect(() => whole(text)).toThrow("whole number");
  const scope = severalOf(["tools", "exec"]);
  expect(scope("exec", scope("tools"))).toEqual(["tools", "exec"]);
  expect(() => scope("root")).toThrow("one of tools, exec");
});
