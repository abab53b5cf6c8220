import { expect, test } from "vitest";
import { z } from "zod";
import { noUsage } from "../../protocol/result.ts";
import { type ControlTool, defineTool } from "./tool.ts";
import { toolView } from "./tool-view.ts";

const tool = defineTool({
  name: "weigh",
  title: "Weigh",
  description: "Weighs.",
  input: z.strictObject({ what: z.string() }),
  output: z.object({ grams: z.number() }),
  scope: "tools",
  lane: "work",
  idempotent: true,
  resumable: true,
  onDisconnect: "keep",
  version: "1",
  timeoutMs: () => 1,
  run: async () => ({ content: "", data: { grams: 1 } }),
});

const ended = { call: "c1", tool: "weigh", phase: "succeeded", seq: 3, acceptedAt: 1, usage: noUsage };
const running = {
  status: "running",
  call: "c1",
  next: { tool: "calls", arguments: { action: "wait", call: "c1" } },
};

test("what a tool answers fits its schema: ended well, failed, or still running; another shape of data does not", () => {
  const { outputSchema } = toolView(tool);
  const shape = z.fromJSONSchema(outputSchema as z.core.JSONSchema.JSONSchema);
  const answers = [
    { ...ended, result: { content: "1 g", data: { grams: 1, more: true } } },
    { ...ended, phase: "failed", fault: { code: "call.deadline", message: "Cannot", facts: {} } },
    running,
  ];
  for (const answer of answers) expect(shape.safeParse(answer).error).toBeUndefined();
  expect(shape.safeParse({ ...ended, result: { content: "", data: { grams: "one" } } }).success).toBe(false);
  expect(shape.safeParse({ status: "running" }).success).toBe(false);
});

test("every schema is an object at its top, as clients demand that refuse a whole list otherwise", () => {
  const { inputSchema, outputSchema } = toolView(tool);
  expect(inputSchema["type"]).toBe("object");
  expect(outputSchema?.["type"]).toBe("object");
  for (const word of ["anyOf", "oneOf", "allOf", "$ref"]) expect(inputSchema).not.toHaveProperty(word);
});

test("what a tool may do follows from its scope, and what it says of itself goes before that", () => {
  const hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true };
  expect(toolView(tool).annotations).toEqual(hints);
  const command = { ...tool, scope: "exec" as const, idempotent: false };
  expect(toolView(command).annotations).toEqual({
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  });
  expect(toolView({ ...tool, annotations: { openWorldHint: false } }).annotations?.openWorldHint).toBe(false);
  const { name, title, description, input } = tool;
  const control: ControlTool = { name, title, description, input, answer: async () => ({ content: "" }) };
  expect(toolView(control).annotations).toEqual({ ...hints, openWorldHint: false });
});

test("a schema that somebody else wrote is shown as it is", () => {
  const inputSchema = { type: "object", properties: { at: { type: "string", pattern: "^x" } } };
  expect(toolView({ ...tool, inputSchema }).inputSchema).toEqual(inputSchema);
});
