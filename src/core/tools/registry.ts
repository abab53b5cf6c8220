import { z } from "zod";
import { nearest } from "../../base/nearest.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ToolView } from "../../protocol/methods.ts";
import type { Caller } from "../tenants/caller.ts";
import { mayUse } from "../tenants/scopes.ts";
import type { ControlTool, Tool } from "./tool.ts";

/** Why a tool that exists is not offered: told in the start log, `/readyz` and `exai doctor`. */
export interface Missing {
  name: string;
  reason: string;
}

/** What the registry is made of. `enabled` empty means all; names that no tool has are told as missing. */
export interface RegistryParts {
  tools: readonly Tool[];
  control: readonly ControlTool[];
  enabled: readonly string[];
  disabled: readonly string[];
}

/** The tools of this daemon: one immutable table behind every gateway. */
export class Registry {
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #control: ReadonlyMap<string, ControlTool>;
  readonly #off: ReadonlySet<string>;
  /** Names of the settings that no tool has. */
  readonly missing: readonly Missing[];

  constructor(parts: RegistryParts) {
    this.#tools = new Map(parts.tools.map((tool) => [tool.name, tool]));
    this.#control = new Map(parts.control.map((tool) => [tool.name, tool]));
    const names = [...this.#tools.keys(), ...this.#control.keys()];
    const { enabled, disabled } = parts;
    this.#off = new Set(
      names.filter((name) => disabled.includes(name) || (enabled.length > 0 && !enabled.includes(name))),
    );
    const unknown = [...enabled, ...disabled].filter((name) => !names.includes(name));
    const reason = "named in the settings, but no tool has this name";
    this.missing = unknown.map((name) => ({ name, reason }));
  }

  /** The control tool of this name, if it is one and this caller may use it. */
  control(caller: Caller, name: string): ControlTool | undefined {
    const tool = this.#control.get(name);
    if (tool === undefined) return undefined;
    this.#mustBeOn(name);
    if (!mayUse(caller, { name, scope: "tools" })) throw notAllowed(name);
    return tool;
  }

  /** The tool, if this caller may use it now. */
  tool(caller: Caller, name: string): Tool {
    const tool = this.named(name);
    if (!mayUse(caller, tool)) throw notAllowed(name);
    return tool;
  }

  /** Whether this caller may use what a call was started with, also where that tool is turned off now. */
  checkMayUse(caller: Caller, name: string): void {
    const tool = this.#tools.get(name);
    if (tool !== undefined && !mayUse(caller, tool)) throw notAllowed(name);
  }

  /** The tool, whoever asks: for calls that were accepted before. */
  named(name: string): Tool {
    const tool = this.#tools.get(name);
    if (tool === undefined) throw unknownTool(name, [...this.#tools.keys(), ...this.#control.keys()]);
    this.#mustBeOn(name);
    return tool;
  }

  list(caller: Caller): ToolView[] {
    const usable = [...this.#tools.values()].filter((tool) => mayUse(caller, tool));
    const control = [...this.#control.values()].filter(({ name }) => mayUse(caller, { name, scope: "tools" }));
    return [...usable, ...control].filter(({ name }) => !this.#off.has(name)).map(view);
  }

  #mustBeOn(name: string): void {
    if (!this.#off.has(name)) return;
    throw new Fault("tool.disabled", `Cannot use ${name}: it is turned off by ENABLED_TOOLS or DISABLED_TOOLS`);
  }
}

function view(tool: Tool | ControlTool): ToolView {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: "input" });
  return { name: tool.name, title: tool.title, description: tool.description, inputSchema };
}

function notAllowed(name: string): Fault {
  return new Fault("auth.scope", `Cannot use ${name}: this token's scopes and tool patterns do not allow it`);
}

function unknownTool(name: string, known: readonly string[]): Fault {
  const near = nearest(name, known, { most: 3, share: 0.7 });
  return new Fault("tool.unknown", `Cannot find tool ${JSON.stringify(name)}, expected one of ${known.join(", ")}`, {
    facts: { tool: name, near: near.length > 0 ? near : known },
  });
}
