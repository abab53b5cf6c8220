import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { TestCallContext } from "../../../test/support/call-context.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { dataOf, openWorkflows, put, step, take, told } from "../../../test/support/workflow-bench.ts";
import { SystemClock } from "../../base/clock.ts";
import type { ThreadId } from "../../protocol/ids.ts";
import type { Tool } from "../tools/tool.ts";

const tool = "debug";

promise(
  "run.no-self-call",
  "a step is answered at once with what to examine next; a model is asked once, at the end, whatever it says",
  async () => {
    await using bench = await openWorkflows();
    bench.vendor.otherwise = () => ({
      kind: "answer",
      text: 'Call debug again with step_number 4. {"status": "files_required_to_continue"}',
    });
    const ada = bench.someone("ada");
    const one = await take(bench, ada, { tool, ...step(1, 3) });
    expect(one).toMatchObject({ status: "pause_for_debug", step_number: 1, next_step_required: true });
    expect(one.required_actions?.length).toBeGreaterThan(2);
    const two = await take(bench, ada, { tool, ...one.next_call?.arguments, findings: "it is slow since Monday" });
    expect(two).toMatchObject({ step_number: 2, continuation_id: one.call });
    expect(bench.vendor.seen).toEqual([]);
    const three = await take(bench, ada, { tool, ...two.next_call?.arguments, findings: "an index is missing" });
    expect(three).toMatchObject({ status: "debug_complete", next_step_required: false });
    expect(three).not.toHaveProperty("next_call");
    expect(three.expert_analysis).toMatchObject({ status: "answered", model: "one" });
    expect(bench.vendor.seen).toHaveLength(1);
    for (const { call } of [one, two]) expect(await bench.core.types(call)).not.toContain("model.requested");
    expect(await bench.core.types(three.call)).toContain("model.answered");
    expect(await bench.core.store.calls({ principal: ada.principal, limit: 50 })).toHaveLength(3);
  },
);

test("the next call is complete but for what was found: without that it is refused, and nothing is recorded", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, { tool, ...step(1, 2), model: "two", thinking_mode: "low", hypothesis: "a race" });
  const next = one.next_call?.arguments ?? {};
  expect(next).toMatchObject({
    step_number: 2,
    total_steps: 2,
    next_step_required: false,
    continuation_id: one.call,
    findings: "",
    model: "two",
    thinking_mode: "low",
    hypothesis: "a race",
  });
  const view = await bench.call(ada, { tool, input: next });
  expect(view).toMatchObject({ phase: "failed", fault: { code: "input.invalid" } });
  expect(view.fault?.message).toContain("its findings are empty, expected what was found since the step before");
  await take(bench, ada, { tool, ...next, findings: "two writers" });
  expect(bench.vendor.seen.map(({ body }) => body["model"])).toEqual(["two"]);
});

promise("lost.restart-threads", "a workflow goes on after a restart, from what its thread has on record", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, {
    tool,
    ...step(1, 3),
    findings: "FIRST-FOUND",
    issues_found: [{ severity: "high", description: "ISSUE-ONE" }],
  });
  await bench.restart();
  const two = await take(bench, ada, { tool, ...one.next_call?.arguments, findings: "SECOND-FOUND" });
  expect(two["debug_status"]).toMatchObject({ steps_recorded: 2, issues_found: 1, steps_left: 48 });
  await bench.restart();
  await take(bench, ada, { tool, ...two.next_call?.arguments, findings: "THIRD-FOUND" });
  const [, prompt = ""] = told(bench);
  for (const word of ["FIRST-FOUND", "SECOND-FOUND", "THIRD-FOUND", "ISSUE-ONE"])
    expect(prompt.split(word)).toHaveLength(2);
});

test("steps that are taken back are told to nobody, and those before them stay", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, { tool, ...step(1, 3), findings: "KEPT" });
  const continuation_id = one.continuation_id;
  await take(bench, ada, {
    tool,
    ...step(2, 3),
    findings: "WRONG-TRACK",
    relevant_files: ["src/wrong.ts"],
    continuation_id,
  });
  const again = await take(bench, ada, {
    tool,
    ...step(2, 3),
    findings: "RIGHT-TRACK",
    backtrack_from_step: 2,
    continuation_id,
  });
  expect(again.notes).toEqual(["Steps from 2 on were taken back; this step stands in their place."]);
  expect(again["debug_status"]).toMatchObject({ steps_recorded: 2, steps_taken_back: 1, relevant_files: 0 });
  await take(bench, ada, { tool, ...step(3, 3), findings: "CAUSE", continuation_id });
  const whole = told(bench).join("\n");
  expect(whole).not.toContain("WRONG-TRACK");
  for (const word of ["KEPT", "RIGHT-TRACK", "CAUSE"]) expect(whole.split(word)).toHaveLength(2);
  const beyond = await bench.call(ada, { tool, input: { ...step(4, 5), backtrack_from_step: 9, continuation_id } });
  expect(beyond.fault).toMatchObject({ code: "input.invalid", facts: { step: 9, recorded: 3 } });
});

test("two workflows of a kind that were begun on one thread go on in conversations of their own", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const chat = await take(bench, ada, { tool: "chat", prompt: "BEFORE-BOTH" });
  const { continuation_id } = chat;
  const a1 = await take(bench, ada, { tool, ...step(1, 2), step: "A-BEGINS", continuation_id });
  const b1 = await take(bench, ada, { tool, ...step(1, 2), step: "B-BEGINS", continuation_id });
  expect(a1.continuation_id).toBe(continuation_id);
  expect(b1.continuation_id).toBe(b1.call);
  expect(b1.notes?.[0]).toContain(`a copy of it, ${b1.call}`);
  await take(bench, ada, { tool, ...a1.next_call?.arguments, findings: "A-FOUND" });
  const [a = ""] = [told(bench).join("\n")];
  await take(bench, ada, { tool, ...b1.next_call?.arguments, findings: "B-FOUND" });
  const b = told(bench).join("\n");
  for (const whole of [a, b]) expect(whole).toContain("BEFORE-BOTH");
  expect(a).toMatch(/A-BEGINS[\s\S]*A-FOUND/);
  expect(a).not.toMatch(/B-BEGINS|B-FOUND/);
  expect(b).toMatch(/B-BEGINS[\s\S]*B-FOUND/);
  expect(b).not.toContain("A-FOUND");
});

test("two kinds of workflow share a thread: each counts its own steps, and what one said the other's expert hears", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, { tool, ...step(1, 2), findings: "SLOW-QUERY" });
  const { continuation_id } = one;
  const other = await take(bench, ada, { tool: "thinkdeep", ...step(1, 2), continuation_id });
  expect(other).toMatchObject({ step_number: 1, continuation_id, thinkdeep_status: { steps_recorded: 1 } });
  await take(bench, ada, { tool, ...one.next_call?.arguments, findings: "CAUSE" });
  const end = await take(bench, ada, { tool: "thinkdeep", ...other.next_call?.arguments, findings: "DECIDED" });
  expect(end).toMatchObject({ status: "thinkdeep_complete", thinkdeep_status: { steps_recorded: 2 } });
  const whole = told(bench).join("\n");
  for (const word of ["SLOW-QUERY", "CAUSE", "DECIDED"]) expect(whole).toContain(word);
  expect(whole.split("DECIDED")).toHaveLength(2);
});

promise("run.loop", "a step that says nothing new is answered as before, and refused the third time", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const one = await take(bench, ada, { tool, ...step(1, 4) });
  const { continuation_id } = one;
  const same = { tool, ...step(2, 4), continuation_id };
  const two = await take(bench, ada, same);
  const again = await take(bench, ada, { ...same, step_number: 3 });
  expect(again).toMatchObject({ step_number: 2, required_actions: two.required_actions });
  expect(again.notes?.[0]).toContain("A third time is refused");
  const third = await bench.call(ada, { tool, input: { ...step(2, 4), continuation_id } });
  expect(third).toMatchObject({ phase: "failed", fault: { code: "call.looping", facts: { times: 2, step: 2 } } });
  const on = await take(bench, ada, { tool, ...step(3, 4), continuation_id });
  expect(on["debug_status"]).toMatchObject({ steps_recorded: 3, steps_left: 46 });
});

test("the last step sent once more is answered with what the expert said, and nobody is asked twice", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const input = { tool, ...step(1, 1), findings: "it leaks" };
  const first = await take(bench, ada, input);
  const { continuation_id } = first;
  const second = await take(bench, ada, { ...input, continuation_id });
  expect(second.content).toContain(first.content);
  expect(second).toMatchObject({ status: "debug_complete", expert_analysis: { status: "answered", why: "bench/one" } });
  expect(bench.vendor.seen).toHaveLength(1);
});

promise(
  "run.steps",
  "a workflow has fifty steps, those taken back among them: the fiftieth concludes, the next is refused",
  async () => {
    await using bench = await openWorkflows();
    const ada = bench.someone("ada");
    let last = await take(bench, ada, { tool, ...step(1, 99) });
    const { continuation_id } = last;
    for (let taken = 2; taken <= 50; taken++) {
      const back = taken % 10 === 0 ? { backtrack_from_step: 2, step_number: 2 } : {};
      const input = { ...step(Number(last.step_number) + 1, 99), findings: `found ${taken}`, ...back, continuation_id };
      last = await take(bench, ada, { tool, ...input });
      if (taken === 46) expect(last.required_actions).toContain("Conclude: 4 of 50 steps are left.");
    }
    expect(last).toMatchObject({ status: "debug_complete", next_step_required: false });
    expect(bench.vendor.seen).toHaveLength(1);
    const beyond = await bench.call(ada, { tool, input: { ...step(30, 99), findings: "more", continuation_id } });
    expect(beyond.fault).toMatchObject({ code: "budget.exceeded", facts: { limit: "steps", allowed: 50, taken: 50 } });
  },
);

test("a run whose first steps lie too far back to be read says so", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const { continuation_id } = await take(bench, ada, { tool, ...step(1, 3) });
  const long = Array.from({ length: 400 }, (_, index) => ({ description: `${index} ${"x".repeat(9000)}` }));
  for (let number = 1; number <= 3; number++)
    await take(bench, ada, { tool: "thinkdeep", ...step(number, 9), issues_found: long, continuation_id });
  const on = await take(bench, ada, { tool, ...step(2, 3), continuation_id });
  expect(on.notes?.join()).toContain("too far back on this thread");
});

test("a step without its thread says that the ones before it are missing", async () => {
  await using bench = await openWorkflows();
  const lost = await take(bench, bench.someone("ada"), { tool, ...step(3, 4) });
  expect(lost.notes?.[0]).toMatch(/^2 steps before this one are not on record here: send continuation_id/);
  expect(lost.next_call?.arguments).toMatchObject({ step_number: 4, continuation_id: lost.call });
});

test("only text is step 1 of 1: the question goes to the expert at once", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  for (const input of [{ text: "why is it slow?" }, { prompt: "why is it slow?" }]) {
    const answer = await take(bench, ada, { tool: "thinkdeep", ...input, use_websearch: false, temperature: 0.1 });
    expect(answer).toMatchObject({ status: "thinkdeep_complete", step_number: 1, total_steps: 1 });
    expect(answer.content).toMatch(/^echo: /);
  }
  expect(told(bench)[1]).toContain("why is it slow?");
  expect(bench.vendor.seen[0]?.body["temperature"]).toBe(0.1);
});

test("files are named while working and shown once at the end, the newest first, the same content once", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const text = (word: string) => `export const ${word} = 1;\n`;
  await put(bench, "src/old.ts", text("OLD"));
  await put(bench, "src/new.ts", text("NEW"));
  await put(bench, "src/copy-of-old.ts", text("OLD"));
  bench.vendor.otherwise = () => ({ kind: "answer", text: "I see" });
  const one = await take(bench, ada, { tool, ...step(1, 2), relevant_files: ["src/old.ts", "src/gone.ts"] });
  expect(one.file_context?.type).toBe("reference_only");
  expect(JSON.stringify(one)).not.toContain("export const");
  const named = { relevant_files: ["src/new.ts", "src/copy-of-old.ts", "src/old.ts"], findings: "see src/new.ts:1" };
  const two = await take(bench, ada, { tool, ...one.next_call?.arguments, ...named });
  const [, prompt = ""] = told(bench);
  expect(prompt.split("const OLD")).toHaveLength(2);
  expect(prompt.split("1| export const NEW")).toHaveLength(2);
  expect(two.file_context).toMatchObject({ type: "fully_embedded", not_shown: [{ path: "src/gone.ts" }] });
  await take(bench, ada, { tool: "chat", prompt: "and now?", continuation_id: two.continuation_id });
  expect(told(bench).join("\n").split("const OLD")).toHaveLength(2);
});

test("what a step names and cites is looked at: what is there is quoted, what is not is marked, what changed is told", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const path = await put(bench, "src/a.ts", "one\ntwo\n");
  const one = await take(bench, ada, {
    tool,
    ...step(1, 3),
    findings: "src/a.ts:2 is wrong, src/a.ts:9 too, and src/none.ts:1",
    files_checked: ["src/a.ts", "/etc/passwd"],
    issues_found: [{ severity: "high", description: "leaks" }],
    confidence: "high",
  });
  expect(one.evidence).toMatchObject({
    files: [
      { path: "src/a.ts", lines: 2, sha256: expect.stringMatching(/^[\da-f]{64}$/) },
      { path: "/etc/passwd", code: "workspace.outside" },
    ],
    citations: [
      { path: "src/a.ts", from: 2, quote: "two" },
      { path: "src/a.ts", from: 9, unverified: expect.stringContaining("2 lines") },
      { path: "src/none.ts", unverified: expect.anything() },
    ],
  });
  const actions = one.required_actions?.join("\n") ?? "";
  expect(actions).toMatch(/could not be opened: \/etc\/passwd/);
  expect(actions).not.toMatch(/Read from end to end.*\/etc\/passwd/);
  expect(actions).toMatch(/not there: src\/a\.ts:9/);
  expect(actions).toMatch(/Say as path:line where it is: \[high\] leaks/);
  await put(bench, "src/a.ts", "one\nthree\n");
  const two = await take(bench, ada, {
    tool,
    ...one.next_call?.arguments,
    findings: "it moved",
    files_checked: ["src/a.ts"],
  });
  expect(two.evidence?.changed).toEqual(["src/a.ts"]);
  expect(two.required_actions?.[0]).toContain("has changed since you named it: src/a.ts");
  await rm(path);
  await take(bench, ada, { tool, ...two.next_call?.arguments, findings: "so be it", confidence: "certain" });
  const [, prompt = ""] = told(bench);
  expect(prompt).toMatch(/Cited and verified\n- src\/a\.ts:2: two/);
  expect(prompt).toMatch(/Cited and not verified\n- src\/a\.ts:9: /);
  expect(prompt).toMatch(/- src\/a\.ts: not verified, /);
});

test("a certain caller changes nothing: somebody skips the expert by rule, and the result says by which", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const certain = { ...step(1, 1), findings: "it is this line", confidence: "certain" };
  expect(await take(bench, ada, { tool, ...certain })).toMatchObject({ expert_analysis: { status: "answered" } });
  const not = await take(bench, ada, { tool, ...certain, use_assistant_model: false });
  expect(not).toMatchObject({ status: "debug_complete", expert_analysis: { status: "skipped", rule: "asked-not-to" } });
  expect(not.content).not.toContain("No expert");
  const one = await take(bench, ada, { tool, ...step(1, 2) });
  const empty = { ...step(2, 2), next_step_required: false, findings: " . ", continuation_id: one.continuation_id };
  expect((await take(bench, ada, { tool, ...empty })).expert_analysis?.status).toBe("answered");
  expect(bench.vendor.seen).toHaveLength(2);
  await using without = await openWorkflows({ isWithoutModel: true });
  const alone = await take(without, without.someone("ada"), { tool, ...certain });
  expect(alone).toMatchObject({ status: "debug_complete", expert_analysis: { status: "skipped", rule: "no-model" } });
  await using shy = await openWorkflows({ asksExpert: false });
  const unasked = await take(shy, shy.someone("ada"), { tool, ...certain });
  expect(unasked.expert_analysis).toMatchObject({ rule: "asked-not-to", why: expect.stringContaining("DEFAULT_USE") });
  expect(unasked.content).toContain("No expert was asked (asked-not-to): the setting DEFAULT_USE_ASSISTANT_MODEL");
});

promise(
  "run.budget",
  "a budget without room for the expert keeps the steps, says so, and the step can be sent again",
  async () => {
    await using bench = await openWorkflows();
    const ada = bench.someone("ada");
    const one = await take(bench, ada, { tool, ...step(1, 2) });
    const input = { ...step(2, 2), continuation_id: one.continuation_id };
    const poor = await bench.call(ada, { tool, input, budget: { modelCalls: 0 } });
    expect(poor).toMatchObject({
      phase: "succeeded",
      result: {
        partial: true,
        data: {
          status: "expert_failed",
          expert_analysis: { status: "failed", rule: "budget.exceeded" },
          next_call: { tool, arguments: { step_number: 2, findings: "found in part 2" } },
        },
      },
    });
    expect(bench.vendor.seen).toEqual([]);
    const rich = await take(bench, ada, { tool, ...dataOf(poor).next_call?.arguments });
    expect(rich).toMatchObject({ status: "debug_complete", expert_analysis: { status: "answered" } });
    expect(rich["debug_status"]).toMatchObject({ steps_recorded: 2 });
  },
);

promise(
  "run.deadline",
  "an expert who takes too long is given up in its own time, and the steps are kept",
  async () => {
    const clock = new ManualClock();
    await using bench = await openWorkflows({ expertMs: 20_000, clock });
    bench.vendor.reply({ kind: "hang" });
    const late = take(bench, bench.someone("ada"), { tool, ...step(1, 1), findings: "a leak" });
    await bench.vendor.arrived(1);
    await clock.advance(20_000);
    expect(await late).toMatchObject({ status: "expert_failed", expert_analysis: { rule: "call.deadline" } });
    expect(await bench.vendor.seen[0]?.over).toBe("early");
  },
);

promise(
  "leak.task",
  "a step that is cancelled while the expert is asked ends its request, and leaves nothing",
  async () => {
    await using bench = await openWorkflows({ expertMs: 600_000, timeoutMs: 700_000 });
    const ada = bench.someone("ada");
    const one = await take(bench, ada, { tool, ...step(1, 2) });
    bench.vendor.reply({ kind: "stall", text: "I think" });
    const input = { ...step(2, 2), continuation_id: one.continuation_id };
    const { id } = await bench.core.start(ada, { tool, input });
    await bench.vendor.arrived(1);
    await bench.core.calls.control(ada, id, "cancel");
    expect(await bench.core.ended(id)).toMatchObject({ phase: "cancelled" });
    expect(await bench.vendor.seen[0]?.over).toBe("early");
    const again = await take(bench, ada, { tool, ...input });
    expect(again["debug_status"]).toMatchObject({ steps_recorded: 2, steps_left: 48 });
  },
);

promise(
  "lost.step-once",
  "an expert's answer that was on record when the daemon died is not asked for again",
  async () => {
    await using bench = await openWorkflows();
    const debug = bench.core.work(tool) as Tool;
    const input = debug.input.parse({ ...step(1, 1), findings: "it leaks" });
    const clock = new SystemClock();
    const thread = "call-1" as ThreadId;
    using first = Object.assign(new TestCallContext({ clock, tool }), { thread });
    const before = await debug.run(first, input);
    using second = Object.assign(new TestCallContext({ clock, tool, attempt: 2, recorded: first.recorded }), {
      thread,
    });
    expect(await debug.run(second, input)).toEqual(before);
    expect(bench.vendor.seen).toHaveLength(1);
  },
);

test("an expert who was asked before is told only what is new: the rest stands in the conversation, once", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const first = await take(bench, ada, { tool, ...step(1, 1), findings: "EARLY" });
  const on = { continuation_id: first.continuation_id, findings: "LATE" };
  await take(bench, ada, { tool, ...step(2, 2), ...on });
  const messages = told(bench);
  expect(messages.map((message) => message.split(":")[0])).toEqual(["system", "user", "assistant", "user"]);
  expect(messages[3]).toContain("LATE");
  expect(messages[3]).not.toContain("EARLY");
  expect(messages[1]).toContain("EARLY");
});
