import { expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const date = "Tue, 06 Jan 2026 10:00:00 GMT";

test.each([
  [{ "retry-after": "7" }, 7000],
  [{ "retry-after": "0.25" }, 250],
  [{ "retry-after-ms": "120", "retry-after": "7" }, 120],
  [{ "retry-after": "Tue, 06 Jan 2026 10:00:30 GMT", date }, 30_000],
  [{ "retry-after": "Tue, 06 Jan 2026 09:00:00 GMT", date }, 0],
  [{ "retry-after": "Tue, 06 Jan 2026 10:00:30 GMT" }, undefined],
  [{ "retry-after": "soon", date }, undefined],
  [{ "retry-after": "1e400" }, 7 * 86_400_000],
  [{ "retry-after": "-3" }, undefined],
  [{}, undefined],
])("%j asks for a wait of %s ms", (headers, waitMs) => {
  expect(retryAfterMs(headers as Record<string, string>)).toBe(waitMs);
});
