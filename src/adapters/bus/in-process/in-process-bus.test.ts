import { describe, expect, test } from "vitest";
import { busContract } from "../../../core/store/bus.contract.ts";
import { InProcessBus } from "./in-process-bus.ts";

describe("InProcessBus", () => {
  busContract(async () => ({ bus: new InProcessBus(), [Symbol.asyncDispose]: async () => {} }));

  test("many hints in one turn are told once", async () => {
    const bus = new InProcessBus();
    let count = 0;
    using _listening = bus.listen("a", () => {
      count += 1;
    });
    for (let i = 0; i < 1000; i++) bus.hint("a");
    await new Promise(setImmediate);
    expect(count).toBe(1);
  });
});
