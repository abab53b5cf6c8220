import { z } from "zod";

/** What a client may tell its user before a model uses the tool: the hints of MCP. */
export const toolAnnotations = z.object({
  readOnlyHint: z.boolean(),
  destructiveHint: z.boolean(),
  idempotentHint: z.boolean(),
  openWorldHint: z.boolean(),
});
/** Those of one tool. */
export type ToolAnnotations = z.infer<typeof toolAnnotations>;

/** A tool as it is listed to whoever may use it, over every gateway. */
export const toolView = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  /** The fields with their types and choices; limits are not shown, and a request beyond one is told which. */
  inputSchema: z.record(z.string(), z.unknown()),
  /** Of what MCP answers as structured content: the call with its result, or that it still runs. */
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  annotations: toolAnnotations.optional(),
  /** It is answered at once, and no call comes of it. */
  control: z.literal(true).optional(),
});
/** A tool as it is listed. */
export type ToolView = z.infer<typeof toolView>;
