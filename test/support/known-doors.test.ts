import { describe } from "vitest";
import { type DoorsPlace, doorsContract } from "../../src/core/tenants/doors.contract.ts";
import { KnownDoors } from "./known-doors.ts";
import { ManualClock } from "./manual-clock.ts";

describe("KnownDoors", () => doorsContract(async () => placeOf()));

function placeOf(): DoorsPlace {
  const clock = new ManualClock();
  const doors = new KnownDoors({ clock });
  return {
    doors,
    clock,
    token: async (name, lifeMs) =>
      doors.add(name, { expiresAt: lifeMs === undefined ? null : clock.wallMs() + lifeMs }),
    revoke: async (id) => doors.revoke(id),
    tryTooOften: async (address) => doors.slow(address, 1000),
    [Symbol.asyncDispose]: async () => doors[Symbol.dispose](),
  };
}
