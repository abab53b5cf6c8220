import type { ListToolsResult } from "@modelcontextprotocol/server";
import type { Asked } from "./asked.ts";

/** The tools that this caller may use, of the profile. */
export async function listTools(asked: Asked): Promise<ListToolsResult> {
  const { operations, tools, additions } = asked.house;
  const { tools: views } = await operations["tools.list"](asked, {});
  return { tools: [...tools.list(views), ...additions.tools.map(({ definition }) => definition)] };
}
