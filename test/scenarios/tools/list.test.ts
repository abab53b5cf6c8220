import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Profile, profiles } from "../../../src/core/tools/profiles.ts";
import type { ToolView } from "../../../src/protocol/tool-view.ts";
import { startDaemon } from "../../support/daemon.ts";
import { shownTools, tokensOf } from "../../support/tool-tokens.ts";
import { mcpClient } from "./gateways.ts";

const step = ["step", "step_number", "total_steps", "next_step_required", "continuation_id"];
const asked = ["model", "temperature", "thinking_mode", "use_websearch", "images"];
const investigated = [
  ...step,
  ...asked,
  "findings",
  "files_checked",
  "relevant_files",
  "relevant_context",
  "issues_found",
  "confidence",
  "hypothesis",
  "backtrack_from_step",
  "use_assistant_model",
];

/** The fields that users of each tool know. */
const contract: Readonly<Record<string, readonly string[]>> = {
  chat: ["prompt", "files", "continuation_id", ...asked],
  thinkdeep: [...investigated, "problem_context", "focus_areas"],
  planner: [
    ...step,
    "is_step_revision",
    "revises_step_number",
    "is_branch_point",
    "branch_from_step",
    "branch_id",
    "more_steps_needed",
  ],
  consensus: ["prompt", "models", "files", "images", "continuation_id"],
  codereview: [...investigated, "review_type", "focus_on", "standards", "severity_filter"],
  precommit: [
    ...investigated,
    "path",
    "compare_to",
    "include_staged",
    "include_unstaged",
    "focus_on",
    "severity_filter",
  ],
  debug: investigated,
  analyze: [...investigated, "analysis_type", "output_format"],
  refactor: [...investigated, "refactor_type", "focus_areas", "style_guide_examples"],
  testgen: investigated,
  secaudit: [
    ...investigated,
    "security_scope",
    "threat_level",
    "compliance_requirements",
    "audit_focus",
    "severity_filter",
  ],
  docgen: [
    ...step,
    "num_files_documented",
    "total_files_to_document",
    "document_complexity",
    "document_flow",
    "update_existing",
    "comments_on_complex_logic",
  ],
  tracer: [...step, "trace_mode", "target_description", "files_checked", "relevant_files", "relevant_context"],
  challenge: ["prompt"],
  agent: ["goal", "tools", "model"],
  exec: ["argv", "cwd", "env", "stdin", "tty", "timeoutMs", "idleMs", "overflow", "detached"],
  calls: ["action", "call", "waitMs", "offset", "data", "request", "value"],
  listmodels: [],
  version: [],
  status: [],
  echo: ["text"],
};

const lean = ["chat", "debug", "codereview", "precommit", "consensus", "calls", "listmodels"];
const onlyFull = ["analyze", "refactor", "testgen", "secaudit", "docgen", "tracer", "echo"];
const expected: Readonly<Record<Profile, readonly string[]>> = {
  lean,
  standard: Object.keys(contract).filter((name) => !onlyFull.includes(name)),
  full: Object.keys(contract),
};

/** The most that a list may cost a client's models, in o200k tokens: the second is promised, the others are told. */
const most: Readonly<Record<Profile, number>> = { lean: 2000, standard: 3500, full: 6000 };

const lists = new Map<Profile, ToolView[]>();
/** The standard list as MCP sends it, by revision. */
const sent = new Map<string, ToolView[]>();

beforeAll(async () => {
  for (const profile of profiles) {
    await using daemon = await startDaemon({ env: { TOOL_PROFILE: profile } });
    lists.set(profile, await shownTools(daemon));
    if (profile !== "standard") continue;
    for (const revision of ["2025-11-25", "2026-07-28"]) {
      await using client = await mcpClient(daemon, revision);
      sent.set(revision, (await client.listTools()).tools as unknown as ToolView[]);
    }
  }
});
afterAll(() => {
  lists.clear();
  sent.clear();
});

describe.each(profiles)("the profile %s", (profile) => {
  const tools = () => lists.get(profile) ?? [];

  test("lists the tools that it is said to", () => {
    const names = tools().map(({ name }) => name);
    expect(names.toSorted()).toEqual(expected[profile].toSorted());
  });

  test(`costs at most ${most[profile]} tokens, with every field that users know`, () => {
    for (const { name, inputSchema } of tools()) {
      const fields = Object.keys(inputSchema["properties"] ?? {});
      expect(fields, name).toEqual(expect.arrayContaining([...(contract[name] ?? [])]));
    }
    expect(tools().reduce((sum, tool) => sum + tokensOf(tool), 0)).toBeLessThanOrEqual(most[profile]);
  });
});

test("MCP sends the same list in both its eras, for the same cost", () => {
  const costOf = (tools: readonly ToolView[]) => tools.map((tool) => [tool.name, tokensOf(tool)]).toSorted();
  expect([...sent.keys()]).toHaveLength(2);
  for (const [revision, tools] of sent) expect(costOf(tools), revision).toEqual(costOf(lists.get("standard") ?? []));
});

test("every tool that asks a model takes use_websearch and thinking_mode", () => {
  const models = (lists.get("full") ?? []).filter(({ inputSchema }) => asksModel(inputSchema));
  expect(models.map(({ name }) => name)).toEqual(expect.arrayContaining(["chat", "consensus", "debug", "codereview"]));
  for (const { name, inputSchema } of models)
    expect(inputSchema["properties"], name).toMatchObject({
      use_websearch: { type: "boolean" },
      thinking_mode: { type: "string", enum: ["minimal", "low", "medium", "high", "max"] },
    });
});

test("no schema holds what makes a big client refuse a list or a tool", () => {
  for (const { name, inputSchema, outputSchema, annotations } of lists.get("full") ?? []) {
    expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(inputSchema["type"], name).toBe("object");
    for (const word of ["anyOf", "oneOf", "allOf"]) expect(inputSchema, name).not.toHaveProperty(word);
    for (const [word, value] of wordsIn(inputSchema)) {
      expect(["$ref", "$defs", "$schema", "propertyNames"], name).not.toContain(word);
      if (word === "type") expect(value, name).toBeTypeOf("string");
    }
    for (const schema of schemasIn(inputSchema)) if (schema["type"] === "array") expect(schema).toHaveProperty("items");
    expect(outputSchema?.["type"], name).toBe("object");
    expect(annotations, name).toBeDefined();
  }
});

function asksModel(inputSchema: Record<string, unknown>): boolean {
  const fields = Object.keys(inputSchema["properties"] ?? {});
  return ["model", "models", "use_assistant_model"].some((field) => fields.includes(field));
}

function schemasIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(schemasIn);
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(schemasIn)];
}

function wordsIn(schema: Record<string, unknown>): [string, unknown][] {
  return schemasIn(schema).flatMap((each) =>
    Object.entries(each).filter(([word, value]) => word !== "type" || typeof value !== "object"),
  );
}
