import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Turn } from "../threads/turn.ts";
import type { StepInput } from "./fields.ts";
import { runOn } from "./fold.ts";
import { placeStep } from "./place-step.ts";
import { turnOfStep } from "./step-record.ts";

const workflow = { name: "debug" };
const evidence = { files: [], citations: [], findings: [] };

/** A conversation, and what a careful reader of it would count. */
class Written {
  readonly turns: Turn[] = [];
  /** The words of each step that counts, by its number. */
  counted = new Map<number, string>();
  taken = 0;

  get newestFirst(): Turn[] {
    return this.turns.toReversed();
  }

  /** Sends a step as its tool would, and keeps the books by hand. */
  send(input: StepInput): void {
    const before = runOn(this.newestFirst, workflow.name);
    const place = placeStep(workflow, before, input);
    const begins = place.kind === "begins";
    const call = `call-${this.turns.length + 1}` as CallId;
    const run = begins ? call : place.run.id;
    const isAgain = place.kind === "again";
    const from = begins ? input.step_number : isAgain ? input.step_number : place.from;
    const isLast = !input.next_step_required;
    const { text, data } = turnOfStep({ workflow: "debug", input, run, from, taken: { evidence, isLast }, isAgain });
    this.turns.push({ role: "user", text, data, call, tool: "debug", at: 0, seq: this.turns.length + 1 });
    if (begins) [this.counted, this.taken] = [new Map(), 0];
    this.taken += 1;
    if (isAgain) return;
    for (const number of [...this.counted.keys()].filter((known) => known >= from)) this.counted.delete(number);
    this.counted.set(input.step_number, `${input.step}|${input.findings}`);
  }
}

const sent = fc.record({
  step: fc.string({ minLength: 1, maxLength: 20 }),
  findings: fc.string({ maxLength: 20 }),
  step_number: fc.integer({ min: 1, max: 6 }),
  next_step_required: fc.boolean(),
  backtrack_from_step: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
});

test("whatever is sent in whatever order: what counts is what stands in the record, in the order of its numbers, word for word", () => {
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 30 }), (steps) => {
      const written = new Written();
      for (const step of steps) {
        try {
          written.send({ ...step, total_steps: 6 });
        } catch (refusal) {
          // A refused step leaves nothing.
          expect(refusal).toBeInstanceOf(Fault);
        }
        const run = runOn(written.newestFirst, "debug");
        const counted = run?.steps.map(({ input }) => [input.step_number, `${input.step}|${input.findings}`]) ?? [];
        expect(counted).toEqual([...written.counted]);
        expect(run?.taken ?? 0).toBe(written.taken);
        expect(counted.map(([number]) => number)).toEqual(counted.map(([number]) => number).toSorted());
      }
    }),
  );
});

test("turns of other tools and of other workflows are no steps of this one", () => {
  const input: StepInput = { step: "look", findings: "x", step_number: 1, total_steps: 2, next_step_required: true };
  const recording = { input, run: "a" as CallId, from: 1, taken: { evidence, isLast: false }, isAgain: false };
  const turn = (workflow: string): Turn => ({
    role: "user",
    ...turnOfStep({ ...recording, workflow }),
    call: "a" as CallId,
    tool: workflow,
    at: 0,
    seq: 1,
  });
  const chat: Turn = { role: "user", text: "hello", call: "b" as CallId, tool: "chat", at: 0, seq: 2 };
  expect(runOn([chat, turn("secaudit")], "debug")).toBeUndefined();
  expect(runOn([chat, turn("debug")], "debug")?.steps).toMatchObject([{ input }]);
});
