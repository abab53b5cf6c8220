import { expect, test } from "vitest";
import { Fault } from "../../protocol/fault.ts";
import type { Budget } from "../../protocol/methods.ts";
import type { CallContext } from "./work.ts";

/** One call, which may be attempted twice. */
export interface CallContextPlace extends AsyncDisposable {
  /** The context of the next attempt. What an earlier one has under way is cut off, as by a crash; what it flushed stays. */
  attempt(): Promise<CallContext>;
  /** Resolves once the call is being cancelled. */
  cancel(): Promise<void>;
}

const started = { goal: "go", tools: ["read"], modelCalls: 25 };
const thinking = { turn: 1, spent: { modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0 } };

/** Begins a step whose effect never comes back; resolves when that is under way. */
async function beginForever(context: CallContext, kind: "step" | "unsafeStep", name: string): Promise<void> {
  const began = Promise.withResolvers<void>();
  const effect = () => {
    began.resolve();
    return new Promise<never>(() => {});
  };
  // It ends with the attempt, if at all.
  Promise.resolve(context[kind](name, effect)).catch(() => {});
  await began.promise;
}

/** What every context of a call keeps to. */
export function callContextContract(open: (budget: Budget) => Promise<CallContextPlace>): void {
  test("a step runs once over all attempts: the next one is given what is on record", async () => {
    await using place = await open({});
    let runs = 0;
    const effect = async () => ({ run: ++runs });
    for (const attempt of [1, 2]) {
      const context = await place.attempt();
      expect(context.attempt).toBe(attempt);
      expect(await context.step("ask", effect)).toEqual({ run: 1 });
      expect(await context.unsafeStep("pay", effect)).toEqual({ outcome: "done", value: { run: 2 } });
      await context.flushed();
    }
    expect(runs).toBe(2);
  });

  test("a refusal is on record too, and refuses again without another try", async () => {
    await using place = await open({});
    let runs = 0;
    const effect = async () => {
      runs += 1;
      throw new Fault("model.none", "Cannot ask: no model", { facts: { runs } });
    };
    for (const _attempt of [1, 2]) {
      const context = await place.attempt();
      await expect(context.step("ask", effect)).rejects.toMatchObject({ code: "model.none", facts: { runs: 1 } });
      await context.flushed();
    }
    expect(runs).toBe(1);
  });

  test("a bug is not on record: the next attempt runs that step again", async () => {
    await using place = await open({});
    const bug = async () => {
      throw new Error("a bug");
    };
    const first = await place.attempt();
    await expect(first.step("ask", bug)).rejects.toThrow("a bug");
    await first.flushed();
    const second = await place.attempt();
    expect(await second.step("ask", async () => "asked")).toBe("asked");
  });

  test("a step that was cut off runs again; an unsafe one does not, and nobody knows what came of it", async () => {
    await using place = await open({});
    const first = await place.attempt();
    await beginForever(first, "step", "ask");
    await beginForever(first, "unsafeStep", "pay");
    const second = await place.attempt();
    expect(await second.step("ask", async () => "asked")).toBe("asked");
    const never = async () => expect.unreachable("nobody may do it again");
    expect(await second.unsafeStep("pay", never)).toEqual({ outcome: "unknown" });
  });

  test("a name stands for one step: a second one of that name is a bug, on record or not", async () => {
    await using place = await open({});
    const first = await place.attempt();
    await first.step("ask", async () => 1);
    await expect(first.step("ask", async () => 2)).rejects.toThrow("Cannot begin step ask");
    await expect(first.unsafeStep("ask", async () => 2)).rejects.toThrow("Cannot begin step ask");
    await first.flushed();
    const second = await place.attempt();
    expect(await second.step("ask", async () => 2)).toBe(1);
    await expect(second.step("ask", async () => 2)).rejects.toThrow("Cannot begin step ask");
  });

  test("steps are as many as the budget says, fifty where it does not; those on record are not counted again", async () => {
    await using place = await open({ steps: 2 });
    const first = await place.attempt();
    await first.step("1", async () => 1);
    await first.flushed();
    const second = await place.attempt();
    for (const name of ["1", "2", "3"]) await second.step(name, async () => Number(name));
    const refused = { code: "budget.exceeded", facts: { steps: 2 } };
    await expect(second.step("4", async () => 4)).rejects.toMatchObject(refused);
    await using wide = await open({});
    const usual = await wide.attempt();
    for (let step = 1; step <= 50; step++) await usual.step(`${step}`, async () => step);
    await expect(usual.unsafeStep("51", async () => 51)).rejects.toMatchObject({ code: "budget.exceeded" });
  });

  test("no step begins in a call that is being cancelled", async () => {
    await using place = await open({});
    const context = await place.attempt();
    await place.cancel();
    expect(context.signal.reason).toMatchObject({ name: "Cancelled", by: "caller" });
    const effect = async () => expect.unreachable("the call is being cancelled");
    await expect(context.step("ask", effect)).rejects.toBe(context.signal.reason);
  });

  test("an attempt is given what earlier ones told of an agent run, in order, and nothing else", async () => {
    await using place = await open({});
    const first = await place.attempt();
    expect(first.told).toEqual([]);
    first.emit("agent.started", started);
    first.emit("call.progress", { message: "on the way" });
    first.emit("agent.thinking", thinking);
    await first.flushed();
    const second = await place.attempt();
    expect(second.told).toEqual([
      { type: "agent.started", data: started },
      { type: "agent.thinking", data: thinking },
    ]);
    expect(second.startedAt).toBe(first.startedAt);
  });
}
