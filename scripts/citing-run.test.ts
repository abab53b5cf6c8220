import { expect, test } from "vitest";
import { nearest, verdictOf } from "./citing-run.ts";

function verdict(failure: string, expected: "assertion" | "timeout" = "assertion"): string {
  return verdictOf({ passed: 1, failures: [failure] }, expected);
}

test("only a failed assertion counts", () => {
  expect(verdict("AssertionError: expected 1 to be 2")).toBe("red");
  expect(verdict("AssertionError [ERR_ASSERTION]: no")).toBe("red");
  expect(verdict("Error: Property failed after 3 tests\nCaused by: AssertionError: expected")).toBe("red");
  expect(verdict("Error: expected Error: no to match object { code: 'x' }")).toBe("red");
  expect(verdict("Error: expected 1 to be 2\n    at Proxy.__VITEST_POLL_CHAIN__ (file:///x.js:1:2)")).toBe("red");
  expect(verdict("TypeError: x is not a function")).toBe("failed, but on no assertion: TypeError: x is not a function");
  expect(verdict("Error: Property failed after 3 tests\nCaused by: TypeError: x")).toContain("on no assertion");
});

test("a timeout counts where it was declared, and only there", () => {
  expect(verdict("Error: Test timed out in 30000ms.")).toContain("on no assertion");
  expect(verdict("Error: Test timed out in 30000ms.", "timeout")).toBe("red");
  expect(verdict("AssertionError: expected", "timeout")).toContain("on no timeout");
});

test("a file that does not load proves nothing, and neither does a run without tests", () => {
  expect(verdictOf({ passed: 0, failures: [], broken: "SyntaxError: x" }, "assertion")).toBe("broken: SyntaxError: x");
  expect(verdictOf({ passed: 0, failures: [] }, "assertion")).toBe("no test ran");
  expect(verdictOf({ passed: 3, failures: [] }, "assertion")).toBe("stays green");
});

test("the tests nearest to a file share most of its folders", () => {
  const tests = ["src/a/b/x.test.ts", "src/a/b/y.test.ts", "src/a/z.test.ts", "test/far.test.ts"];
  expect(nearest(tests, "src/a/b/x.ts")).toEqual(["src/a/b/x.test.ts", "src/a/b/y.test.ts"]);
  expect(nearest(tests, "src/a/c/x.ts")).toEqual(["src/a/b/x.test.ts", "src/a/b/y.test.ts", "src/a/z.test.ts"]);
});
