import type { ListToolsResult } from "@modelcontextprotocol/server";
import type { Asked } from "./asked.ts";

/** The one revision whose clients ask for tasks by the request. */
const asksForTasks = "2025-11-25";

/** The tools that this caller may use, of the profile. */
export async function listTools(asked: Asked): Promise<ListToolsResult> {
  const { operations, tools } = asked.house;
  const { tools: views } = await operations["tools.list"](asked, {});
  const tasks = asked.server.getNegotiatedProtocolVersion() === asksForTasks ? "asked" : "unsaid";
  return { tools: tools.list(views, tasks) };
}
