import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { StandingClock } from "../../../test/support/standing-clock.ts";
import type { ModelPart } from "./model.ts";
import { unlessSilent } from "./unless-silent.ts";

promise(
  "run.breaker",
  "a vendor has its whole time again where the process stood still in it, and is given up once it is silent in that",
  async () => {
    const clock = new StandingClock();
    const limit = { clock, idleMs: 10_000, provider: "bench", model: "small-1" };
    const sent = Promise.withResolvers<void>();
    let given: AbortSignal | undefined;
    const answer = async function* (signal: AbortSignal): AsyncGenerator<ModelPart> {
      given = signal;
      await sent.promise;
      yield { type: "text", text: "late" };
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const parts = unlessSilent(answer, limit, new AbortController().signal);
    const first = parts.next();
    clock.standStill(15_000);
    await clock.advance(10_000);
    expect(given?.aborted).toBe(false);
    sent.resolve();
    expect(await first).toMatchObject({ value: { text: "late" } });
    const second = expect(parts.next()).rejects.toMatchObject({ code: "model.silent" });
    await clock.advance(10_000);
    await second;
  },
);
