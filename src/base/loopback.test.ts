import { expect, test } from "vitest";
import { isLoopback } from "./loopback.ts";

test("only addresses of this machine are loopback, and names that begin like one are not", () => {
  expect(["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"].every(isLoopback)).toBe(true);
  expect(["127.example.com", "127.0.0.1.example.com", "0.0.0.0", "::", "10.0.0.1", "a.example"].some(isLoopback)).toBe(
    false,
  );
});
