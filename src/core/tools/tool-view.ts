import { phases } from "../../protocol/phase.ts";
import { runningAnswer } from "../../protocol/running-answer.ts";
import type { ToolAnnotations, ToolView } from "../../protocol/tool-view.ts";
import { inputSchemaOf, outputSchemaOf } from "./shown-schema.ts";
import type { ControlTool, Tool } from "./tool.ts";

/** A tool as clients are told of it. */
export function toolView(tool: Tool | ControlTool): ToolView {
  const { name, title, description } = tool;
  return {
    name,
    title,
    description,
    inputSchema: { ...(tool.inputSchema ?? inputSchemaOf(tool.input)) },
    outputSchema: answerSchemaOf(tool),
    annotations: annotationsOf(tool),
    ...("answer" in tool && { control: true as const }),
  };
}

/** Some clients refuse a whole list for one schema that is no object at its top. */
function answerSchemaOf({ output, outputSchema }: Tool | ControlTool): Record<string, unknown> {
  const data = outputSchema ?? (output === undefined ? {} : outputSchemaOf(output));
  return { type: "object", anyOf: [answered(data), outputSchemaOf(runningAnswer)] };
}

const text = { type: "string" };

/** The call as every gateway shows it. */
function answered(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = { type: "object", properties: { content: text, data, partial: { const: true } } };
  return {
    type: "object",
    properties: {
      call: text,
      tool: text,
      phase: { type: "string", enum: [...phases] },
      thread: text,
      result,
      fault: { type: "object", properties: { code: text, message: text } },
      usage: { type: "object" },
    },
    required: ["call", "tool", "phase"],
  };
}

function annotationsOf(tool: Tool | ControlTool): ToolAnnotations {
  const isRead = !("scope" in tool) || tool.scope === "tools";
  return {
    readOnlyHint: isRead,
    destructiveHint: !isRead,
    idempotentHint: !("idempotent" in tool) || tool.idempotent,
    openWorldHint: "scope" in tool,
    ...tool.annotations,
  };
}
