import {
  type CallToolResult,
  type ContentBlock,
  MissingRequiredClientCapabilityError,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";
import type { AddedTool } from "./additions.ts";

/** One red pixel. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/** The header of a sound without any samples. */
const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

export const noArguments: Tool["inputSchema"] = { type: "object", properties: {} };

export function text(words: string): CallToolResult {
  return { content: [{ type: "text", text: words }] };
}

/** A tool without arguments, under the name and with the answer that a scenario asks for. */
export function tool(name: string, call: AddedTool["call"], inputSchema = noArguments): AddedTool {
  return { definition: { name, description: `What the scenarios expect of ${name}.`, inputSchema }, call };
}

function answering(name: string, ...content: ContentBlock[]): AddedTool {
  return tool(name, async () => ({ content }));
}

const image: ContentBlock = { type: "image", data: png, mimeType: "image/png" };

/** As text: an object with such a word could be taken for a promise. */
const choice = JSON.parse('{"then":{"required":["phone"]},"else":{"required":["email"]}}') as object;

/** Tools that answer by themselves. */
export const plainTools: readonly AddedTool[] = [
  answering("test_simple_text", { type: "text", text: "This is a simple text response for testing." }),
  answering("test_image_content", image),
  answering("test_audio_content", { type: "audio", data: wav, mimeType: "audio/wav" }),
  answering("test_embedded_resource", {
    type: "resource",
    resource: {
      uri: "test://embedded-resource",
      mimeType: "text/plain",
      text: "This is an embedded resource content.",
    },
  }),
  answering("test_multiple_content_types", { type: "text", text: "Multiple content types test:" }, image, {
    type: "resource",
    resource: {
      uri: "test://mixed-content-resource",
      mimeType: "application/json",
      text: JSON.stringify({ test: "data", value: 123 }),
    },
  }),
  tool("test_error_handling", async () => ({
    ...text("This tool intentionally returns an error for testing"),
    isError: true,
  })),
  tool("test_tool_with_logging", async (_request, context) => {
    for (const told of ["Tool execution started", "Tool processing data", "Tool execution completed"])
      await context.mcpReq.log("info", told);
    return text("Logged");
  }),
  tool("test_logging_tool", async (_request, context) => {
    await context.mcpReq.log("info", "Only for those who asked for it");
    return text("Logged");
  }),
  tool("test_tool_with_progress", async (_request, context) => {
    for (const progress of [0, 50, 100]) await tellProgress(context, progress);
    return text("Progressed");
  }),
  tool("test_missing_capability", async (_request, context) => {
    mustDeclare(context, "sampling", {});
    return text("Declared");
  }),
  tool("test_trigger_tool_change", async (_request, _context, { listsChanged }) => {
    listsChanged();
    return text("Changed");
  }),
  tool("test_trigger_prompt_change", async (_request, _context, { listsChanged }) => {
    listsChanged();
    return text("Changed");
  }),
  tool("json_schema_2020_12_tool", async () => text("Taken"), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    ...choice,
    additionalProperties: false,
  }),
];

/** Refuses with −32021 where the request does not declare it. */
export function mustDeclare(context: ServerContext, capability: string, value: object): void {
  const declared = capabilitiesOf(context);
  if (declared[capability] !== undefined) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { [capability]: value } });
}

/** What the client of this request can do, as the request itself says. */
export function capabilitiesOf({ mcpReq }: ServerContext): Readonly<Record<string, unknown>> {
  const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
  return { ...(envelope["io.modelcontextprotocol/clientCapabilities"] as object) };
}

async function tellProgress({ mcpReq }: ServerContext, progress: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
}
