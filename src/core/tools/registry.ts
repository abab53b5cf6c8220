import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import type { ToolView } from "../../protocol/methods.ts";
import type { Caller } from "../tenants/caller.ts";
import { mayUse } from "../tenants/scopes.ts";
import type { Tool } from "./tool.ts";

/** Why a tool that exists is not offered: told in the start log, `/readyz` and `exai doctor`. */
export interface Missing {
  name: string;
  reason: string;
}

/** The tools of this daemon: one immutable table behind every gateway. */
export class Registry {
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #disabled: ReadonlySet<string>;
  readonly missing: readonly Missing[];

  /** `enabled` empty means all. Names that no tool has are told as missing. */
  constructor(parts: {
    tools: readonly Tool[];
    enabled: readonly string[];
    disabled: readonly string[];
    missing: readonly Missing[];
  }) {
    this.#tools = new Map(parts.tools.map((tool) => [tool.name, tool]));
    const off = (tool: Tool) =>
      parts.disabled.includes(tool.name) || (parts.enabled.length > 0 && !parts.enabled.includes(tool.name));
    this.#disabled = new Set(parts.tools.filter(off).map((tool) => tool.name));
    const named = [...parts.enabled, ...parts.disabled].filter((name) => !this.#tools.has(name));
    this.missing = [
      ...parts.missing,
      ...named.map((name) => ({ name, reason: "named in the settings, but no tool has this name" })),
    ];
  }

  /** The tool, if this caller may use it now. */
  tool(caller: Caller, name: string): Tool {
    const tool = this.named(name);
    if (!mayUse(caller, tool))
      throw new Fault("auth.scope", `Cannot use ${name}: this token's scopes and tool patterns do not allow it`);
    return tool;
  }

  /** The tool, whoever asks: for calls that were accepted before. */
  named(name: string): Tool {
    const tool = this.#tools.get(name);
    if (tool === undefined) throw unknownTool(name, [...this.#tools.keys()]);
    if (this.#disabled.has(name))
      throw new Fault("tool.disabled", `Cannot use ${name}: it is turned off by ENABLED_TOOLS or DISABLED_TOOLS`);
    return tool;
  }

  list(caller: Caller): ToolView[] {
    return [...this.#tools.values()].filter((tool) => !this.#disabled.has(tool.name) && mayUse(caller, tool)).map(view);
  }
}

function view(tool: Tool): ToolView {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: "input" });
  return { name: tool.name, title: tool.title, description: tool.description, inputSchema };
}

function unknownTool(name: string, known: readonly string[]): Fault {
  const near = known.filter((other) => other.startsWith(name.slice(0, 3)));
  return new Fault("tool.unknown", `Cannot find tool ${JSON.stringify(name)}, expected one of ${known.join(", ")}`, {
    facts: { tool: name, near: near.length > 0 ? near : known },
  });
}
