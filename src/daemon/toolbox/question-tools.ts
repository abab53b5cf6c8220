import type { Tool } from "../../core/tools/tool.ts";
import { chatTool } from "../../tools/chat.ts";
import { consensusTool } from "../../tools/consensus/consensus-tool.ts";
import type { ShelfParts } from "./parts.ts";

export async function openQuestionTools(parts: ShelfParts): Promise<Tool[]> {
  const asked = await parts.asked();
  return [chatTool(asked), consensusTool(asked)];
}
