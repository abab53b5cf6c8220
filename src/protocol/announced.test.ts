import { expect, test } from "vitest";
import { announcedIn } from "./announced.ts";

test("an announcement that cannot be read promises nothing, and harms nobody", () => {
  expect(announcedIn({ bytes: 5_243_111 })).toBe(5_243_111);
  for (const params of [
    { bytes: Number.MAX_SAFE_INTEGER },
    undefined,
    null,
    {},
    { bytes: "5" },
    { bytes: -1 },
    { bytes: Number.NaN },
  ])
    expect(announcedIn(params)).toBe(0);
});
