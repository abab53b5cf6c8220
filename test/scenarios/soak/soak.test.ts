import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { driftOf } from "./drift.ts";
import { soak } from "./soak-run.ts";

promise(
  "leak.memory",
  "20,000 calls leave the heap flat, no handle open and no permit held",
  async () => {
    const maxCalls = 20_000;
    const soaked = await soak({ maxCalls, maxMs: Number.POSITIVE_INFINITY, callsASample: 2000, onSample: () => {} });
    expect(soaked.calls).toBe(maxCalls);
    expect(soaked.cancelled).toBeGreaterThan(100);
    expect(soaked.commands).toBeGreaterThan(10);
    expect(soaked.held).toBe(0);
    expect(driftOf(soaked.samples).leaks).toEqual([]);
  },
  600_000,
);
