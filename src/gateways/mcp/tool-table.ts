import type { Tool } from "@modelcontextprotocol/server";
import type { ToolView } from "../../protocol/tool-view.ts";

/** The tools as MCP lists them, each made once for all clients: the daemon gives the same view of a tool each time. */
export class ToolTable {
  readonly #made = new WeakMap<ToolView, Tool>();

  list(views: readonly ToolView[]): Tool[] {
    return views.map((view) => this.#tool(view));
  }

  #tool(view: ToolView): Tool {
    const made = this.#made.get(view) ?? toolOf(view);
    this.#made.set(view, made);
    return made;
  }
}

function toolOf({ name, title, description, inputSchema, outputSchema, annotations }: ToolView): Tool {
  return {
    name,
    title,
    description,
    inputSchema: { ...inputSchema, type: "object" },
    ...(outputSchema && { outputSchema: { ...outputSchema, type: "object" } }),
    ...(annotations && { annotations }),
  };
}
