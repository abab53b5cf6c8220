import { expect, test } from "vitest";
import { standingOf } from "./standing.ts";

const good = { revokedAt: null, expiresAt: null, suspended: false };

test("a token is good until it is revoked, its principal is suspended, or its last moment is over", () => {
  expect(standingOf(good, 10)).toBe("good");
  expect(standingOf({ ...good, expiresAt: 11 }, 10)).toBe("good");
  expect(standingOf({ ...good, expiresAt: 10 }, 10)).toBe("expired");
  expect(standingOf({ ...good, suspended: true }, 10)).toBe("suspended");
  expect(standingOf({ ...good, revokedAt: 5 }, 10)).toBe("revoked");
});

test("of several reasons the one that lasts longest is told", () => {
  expect(standingOf({ revokedAt: 5, expiresAt: 5, suspended: true }, 10)).toBe("revoked");
  expect(standingOf({ revokedAt: null, expiresAt: 5, suspended: true }, 10)).toBe("suspended");
});
