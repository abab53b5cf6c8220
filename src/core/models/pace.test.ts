import { describe, expect, test } from "vitest";
import { FewSlots } from "../../../test/support/few-slots.ts";
import { Pace } from "./pace.ts";

function bench(each: number) {
  const slots = new FewSlots(each);
  return { slots, pace: new Pace({ slots, account: "bench:default" }) };
}

describe("a pace", () => {
  test("is halved by a limit, once for all requests that were on their way", () => {
    const { slots, pace } = bench(8);
    const begun = [pace.begin(), pace.begin(), pace.begin()];
    for (const one of begun) pace.limited(one);
    expect(slots.allowed.get("bench:default")).toBe(4);
    pace.limited(pace.begin());
    expect(pace.most).toBe(2);
  });

  test("never ends: one request may always run", () => {
    const { pace } = bench(8);
    for (let count = 0; count < 20; count++) pace.limited(pace.begin());
    expect(pace.most).toBe(1);
  });

  test("widens by about one for as many successes as run at once, back to what the settings allow", () => {
    const { slots, pace } = bench(4);
    pace.limited(pace.begin());
    const wide: number[] = [];
    for (let count = 0; count < 12; count++) {
      pace.worked();
      wide.push(pace.most);
    }
    expect(wide.slice(0, 4)).toEqual([2, 2, 3, 3]);
    expect(wide.at(-1)).toBe(4);
    expect(slots.allowed.get("bench:default")).toBe(4);
  });

  test("tells nobody anything where nothing was ever limited", () => {
    const { slots, pace } = bench(4);
    pace.worked();
    expect(slots.allowed.size).toBe(0);
  });
});
