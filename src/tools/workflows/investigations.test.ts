import { expect, test } from "vitest";
import { z } from "zod";
import type { TalkBench } from "../../../test/support/talk-bench.ts";
import { dataOf, openWorkflows, put, step, take, told } from "../../../test/support/workflow-bench.ts";
import type { Tool } from "../../core/tools/tool.ts";

const names = ["thinkdeep", "codereview", "debug", "analyze", "refactor", "testgen", "secaudit"] as const;
const all = [...names, "precommit"] as const;

const common = [
  "step",
  "step_number",
  "total_steps",
  "next_step_required",
  "findings",
  "files_checked",
  "relevant_files",
  "relevant_context",
  "issues_found",
  "confidence",
  "hypothesis",
  "backtrack_from_step",
  "use_assistant_model",
  "images",
  "continuation_id",
  "model",
  "temperature",
  "thinking_mode",
  "use_websearch",
];

const own: Readonly<Record<(typeof all)[number], readonly string[]>> = {
  thinkdeep: ["problem_context", "focus_areas"],
  analyze: ["analysis_type", "output_format"],
  codereview: ["review_type", "focus_on", "standards", "severity_filter"],
  debug: [],
  refactor: ["refactor_type", "focus_areas", "style_guide_examples"],
  secaudit: ["security_scope", "threat_level", "compliance_requirements", "audit_focus", "severity_filter"],
  precommit: ["path", "compare_to", "include_staged", "include_unstaged", "focus_on", "severity_filter"],
  testgen: [],
};

function toolOf(bench: TalkBench, name: string): Tool {
  return bench.core.work(name) as Tool;
}

test("every field that users of the contract know is there, and the same five are required", async () => {
  await using bench = await openWorkflows();
  for (const name of all) {
    const schema = z.toJSONSchema(toolOf(bench, name).input, { io: "input" });
    expect(Object.keys(schema.properties ?? {}).toSorted(), name).toEqual([...common, ...own[name]].toSorted());
    expect(schema.required?.toSorted(), name).toEqual(common.slice(0, 5).toSorted());
    expect(schema.additionalProperties, name).toBe(false);
  }
});

test("what other clients call it is understood: other names, other words, a text alone", async () => {
  await using bench = await openWorkflows();
  const parse = (name: string, input: Record<string, unknown>) => toolOf(bench, name).input.parse(input);
  const base = step(1, 2);
  for (const name of all) {
    const renamed = { ...base, absolute_file_paths: ["/a.ts"], working_directory_absolute_path: "/" };
    expect(parse(name, renamed), name).toMatchObject({ relevant_files: ["/a.ts"] });
    expect(parse(name, { prompt: "look" }), name).toMatchObject({ step: "look", step_number: 1, total_steps: 1 });
    expect(parse(name, { text: "look", model: "one" }), name).toMatchObject({ step: "look", model: "one" });
  }
  expect(parse("codereview", { ...base, review_validation_type: "internal" })).toMatchObject({
    use_assistant_model: false,
  });
  expect(parse("codereview", { ...base, review_validation_type: "external" })).not.toHaveProperty(
    "use_assistant_model",
  );
  expect(parse("precommit", { ...base, precommit_type: "internal" })).toMatchObject({ use_assistant_model: false });
  for (const [theirs, ours] of [
    ["incomplete", "low"],
    ["partial", "medium"],
    ["complete", "certain"],
    ["high", "high"],
  ])
    expect(parse("refactor", { ...base, confidence: theirs })).toMatchObject({ confidence: ours });
});

const states = [
  { number: 1, confidence: "low" },
  { number: 2, confidence: "low" },
  { number: 2, confidence: "medium" },
  { number: 2, confidence: "almost_certain" },
] as const;

test("each tool says something else in each state, and all of it reaches the caller", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  await put(bench, "a.ts", "export const a = 1;\n");
  const seen = new Map<string, string>();
  for (const tool of names) {
    const files = {
      relevant_files: ["a.ts"],
      files_checked: ["a.ts"],
      findings: "see a.ts:1",
      hypothesis: "it is this",
    };
    for (const { number, confidence } of states) {
      const first = await take(bench, ada, { tool, ...step(1, 3), ...files, ...(number === 1 && { confidence }) });
      const more = { ...step(2, 3), findings: "a.ts:1 again", confidence, continuation_id: first.continuation_id };
      const answer = number === 1 ? first : await take(bench, ada, { tool, ...more });
      const { required_actions: actions = [], next_call: next } = answer;
      const state = `${tool} ${number} ${confidence}`;
      expect(actions.length, state).toBeGreaterThan(1);
      for (const [index, action] of actions.entries())
        expect(answer.content, state).toContain(`${index + 1}. ${action}`);
      expect(seen.get(actions.join()), state).toBeUndefined();
      seen.set(actions.join(), state);
      expect(toolOf(bench, tool).input.safeParse({ ...next?.arguments, findings: "new" }).success, state).toBe(true);
    }
  }
  expect(seen.size).toBe(names.length * states.length);
});

test("each tool has an expert of its own, who is told what the caller wanted", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const experts = new Set<string>();
  for (const tool of names) {
    const wanted = own[tool].includes("focus_areas") ? { focus_areas: ["LATENCY"] } : {};
    const focus = own[tool].includes("focus_on") ? { focus_on: "LATENCY" } : {};
    await take(bench, ada, { tool, ...step(1, 1), findings: "nothing yet", ...wanted, ...focus });
    const [system = "", prompt = ""] = told(bench);
    experts.add(system);
    if (Object.keys({ ...wanted, ...focus }).length > 0) expect(prompt, tool).toContain("LATENCY");
  }
  expect(experts.size).toBe(names.length);
});

test("a review and a test plan of nothing are refused: their first step names files", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  for (const tool of ["codereview", "testgen"]) {
    const view = await bench.call(ada, { tool, input: step(1, 2) });
    expect(view.fault).toMatchObject({
      code: "input.invalid",
      message: expect.stringContaining("expected relevant_files"),
    });
    const asked = await bench.call(ada, { tool, input: { prompt: "is `a + b` safe?" } });
    expect(dataOf(asked).status).toBe(`${tool}_complete`);
  }
});
