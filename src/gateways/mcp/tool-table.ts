import type { Tool } from "@modelcontextprotocol/server";
import type { ToolView } from "../../protocol/tool-view.ts";

/** `asked`: a client that wants a task for a call says so, and is told by the list of which tools there are any. */
export type TaskWays = "asked" | "unsaid";

/** The tools as MCP lists them, each made once for all clients: the daemon gives the same view of a tool each time. */
export class ToolTable {
  readonly #made = { asked: new WeakMap<ToolView, Tool>(), unsaid: new WeakMap<ToolView, Tool>() };

  /** In their order; who is shown which was decided before. */
  list(views: readonly ToolView[], tasks: TaskWays): Tool[] {
    return views.map((view) => this.#tool(view, tasks));
  }

  #tool(view: ToolView, tasks: TaskWays): Tool {
    const known = this.#made[tasks];
    const made = known.get(view) ?? toolOf(view, tasks);
    known.set(view, made);
    return made;
  }
}

function toolOf(view: ToolView, tasks: TaskWays): Tool {
  const { name, title, description, inputSchema, outputSchema, annotations, control } = view;
  return {
    name,
    title,
    description,
    inputSchema: { ...inputSchema, type: "object" },
    ...(outputSchema && { outputSchema: { ...outputSchema, type: "object" } }),
    ...(annotations && { annotations }),
    ...(tasks === "asked" && control === undefined && { execution: { taskSupport: "optional" } }),
  };
}
