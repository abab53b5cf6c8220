import { expect, test } from "vitest";
import { toolsText } from "./tools-text.ts";

test("a tool is shown with the fields of its input, their types, and which must be given", () => {
  const properties = {
    text: { type: "string" },
    argv: { type: "array", items: { type: "string" } },
    mode: { enum: ["a", "b"] },
    limit: { anyOf: [{ type: "integer" }, { type: "null" }] },
  };
  const inputSchema = { type: "object", properties, required: ["text"] };
  const tools = [
    { name: "echo", title: "Echo", description: "Repeats.", inputSchema },
    { name: "bare", title: "Bare", description: "Does nothing.", inputSchema: { type: "object" } },
  ];
  expect(toolsText(tools).split("\n")).toEqual([
    "echo: Repeats.",
    "  FIELD  TYPE",
    "  text   string           required",
    "  argv   array of string",
    '  mode   "a" or "b"',
    "  limit  integer or null",
    "",
    "bare: Does nothing.",
    "  no input",
  ]);
});
