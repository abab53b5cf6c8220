import { alike, nearest } from "../../base/nearest.ts";
import { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { ToolView } from "../../protocol/tool-view.ts";
import type { Caller } from "../tenants/caller.ts";
import { matches, mayUse } from "../tenants/scopes.ts";
import { isInProfile, type Profile } from "./profiles.ts";
import { type Shelf, Shelves } from "./shelves.ts";
import { plainName, spellings } from "./spellings.ts";
import type { ControlTool, Tool } from "./tool.ts";
import type { ToolSource } from "./tool-source.ts";
import { toolView } from "./tool-view.ts";

/** Why a tool that exists is not offered: told in the start log, `/readyz` and `exai doctor`. */
export interface Missing {
  name: string;
  reason: string;
}

/** What the registry is made of. `enabled` empty means all; names that no tool has are told as missing. */
export interface RegistryParts {
  shelves: readonly Shelf[];
  control: readonly ControlTool[];
  enabled: readonly string[];
  disabled: readonly string[];
  /** Which tools are listed where `enabled` does not say: all unless told. */
  profile?: Profile;
  /** Tools of former versions and what does their work now; `*` in a name stands for any run of characters. */
  retired?: Readonly<Record<string, string>>;
  /** Tools that come and go; a name of the table goes before theirs. */
  source?: ToolSource;
}

/** Without it nobody could wait for a call whose answer is late. */
const alwaysOn = "calls";

/** The tools of this daemon: one immutable table behind every gateway, and what its source brings. */
export class Registry {
  readonly #shelves: Shelves;
  readonly #control: ReadonlyMap<string, ControlTool>;
  readonly #isOff: (name: string) => boolean;
  readonly #isListed: (name: string) => boolean;
  readonly #source: ToolSource | undefined;
  readonly #listed: readonly string[];
  readonly #retired: readonly [name: string, instead: string][];
  /** Made when first shown. */
  readonly #views = new WeakMap<Tool | ControlTool, ToolView>();
  /** Names of the settings that no tool has. */
  readonly missing: readonly Missing[];

  constructor({ shelves, control, enabled, disabled, profile = "full", retired = {}, source }: RegistryParts) {
    this.#shelves = new Shelves(shelves);
    this.#control = new Map(control.map((tool) => [tool.name, tool]));
    this.#retired = Object.entries(retired);
    const all = [...this.#shelves.names, ...this.#control.keys()];
    const isNamed = (name: string) => enabled.includes(name) || name === alwaysOn;
    this.#source = source;
    this.#isOff = (name) => disabled.includes(name) || (enabled.length > 0 && !isNamed(name));
    this.#isListed = (name) => !this.#isOff(name) && (enabled.length > 0 || isInProfile(profile, name));
    this.#listed = all.filter((name) => this.#isListed(name));
    const names = new Set([...enabled, ...disabled]);
    const unknown = [...names].filter((name) => !this.#isKnown(name) && source?.named(name) === undefined);
    this.missing = unknown.map((name) => ({ name, reason: this.#whyMissing(name) }));
  }

  /** The control tool of this name, if it is one and this caller may use it. */
  control(caller: Caller, name: string): ControlTool | undefined {
    const tool = this.#control.get(this.#nameOf(name));
    if (tool === undefined) return undefined;
    this.#mustBeOn(tool.name);
    if (!mayUse(caller, { name: tool.name, scope: "tools" })) throw notAllowed(tool.name);
    return tool;
  }

  /** Resolves once the tool of this name is loaded; nothing is to be waited for where it is, or where there is none. */
  load(name: string): Promise<void> | undefined {
    return this.#shelves.load(this.#nameOf(name));
  }

  /** The tool, if this caller may use it now; it is loaded. */
  tool(caller: Caller, name: string): Tool {
    const tool = this.#own(name) ?? this.#brought(caller, name);
    if (tool === undefined) throw this.#unknown(name, this.#source?.table(caller).keys() ?? []);
    this.#mustBeOn(tool.name);
    if (!mayUse(caller, tool)) throw notAllowed(tool.name);
    return tool;
  }

  /** Whether this caller may use what a call was started with, also where that tool is turned off now. */
  async checkMayUse(caller: Caller, name: string): Promise<void> {
    await this.#shelves.load(name);
    const tool = this.#shelves.tool(name) ?? this.#source?.named(name);
    if (tool !== undefined && !mayUse(caller, tool)) throw notAllowed(name);
  }

  /** The tool, whoever asks: for calls that were accepted before. */
  async named(name: string): Promise<Tool> {
    await this.load(name);
    const tool = this.#own(name) ?? this.#source?.named(name);
    if (tool === undefined) throw this.#unknown(name, []);
    this.#mustBeOn(tool.name);
    return tool;
  }

  /** What this caller may use of the profile; whoever lists tools loads them. */
  async list(caller: Caller): Promise<ToolView[]> {
    const scopeOf = (tool: Tool | ControlTool) => ("scope" in tool ? tool.scope : "tools");
    const brought = [...(this.#source?.table(caller).values() ?? [])];
    const more = brought.filter(({ name }) => this.#isListed(name) && !this.#isKnown(name));
    await Promise.all(this.#listed.map((name) => this.#shelves.load(name)));
    const own = this.#listed.map((name) => this.#control.get(name) ?? this.#shelves.tool(name));
    const offered = [...own, ...more].filter((tool) => tool !== undefined);
    const usable = offered.filter((tool) => mayUse(caller, { name: tool.name, scope: scopeOf(tool) }));
    return usable.map((tool) => this.#view(tool));
  }

  /** Fires when `list` has changed: for one principal, or for everybody where it names none. */
  onChange(listener: (principal?: PrincipalId) => void): Disposable {
    return this.#source?.onChange(listener) ?? { [Symbol.dispose]() {} };
  }

  /** Resolves once `list` is complete, as far as that can be waited for. */
  async settled(signal: AbortSignal): Promise<void> {
    await this.#source?.settled(signal);
  }

  #own(name: string): Tool | undefined {
    return this.#shelves.tool(this.#nameOf(name));
  }

  /** What the source has for this caller, or may have for all that is known. */
  #brought(caller: Caller, name: string): Tool | undefined {
    const table = this.#source?.table(caller);
    const [meant] = [name, ...spellings(name)].flatMap((each) =>
      table?.has(each) ? [each] : plainlyNamed(table?.keys() ?? [], each),
    );
    if (meant !== undefined) return table?.get(meant);
    return this.#source?.knows(name) === false ? this.#source.named(name) : undefined;
  }

  #view(tool: Tool | ControlTool): ToolView {
    const made = this.#views.get(tool) ?? toolView(tool);
    this.#views.set(tool, made);
    return made;
  }

  #isKnown(name: string): boolean {
    return this.#shelves.has(name) || this.#control.has(name);
  }

  /** The name of a tool that is meant by this one, or the name as it is. */
  #nameOf(name: string): string {
    if (this.#isKnown(name)) return name;
    const meant = [name, ...spellings(name)].flatMap((each) =>
      this.#isKnown(each) ? [each] : plainlyNamed(this.#shelves.names, each),
    );
    return meant[0] ?? name;
  }

  #mustBeOn(name: string): void {
    if (!this.#isOff(name)) return;
    const fact = "it is turned off by ENABLED_TOOLS or DISABLED_TOOLS";
    throw new Fault("tool.disabled", `Cannot use ${name}: ${fact}, expected one that the list of tools shows`);
  }

  #whyMissing(name: string): string {
    const instead = this.#insteadOf(name);
    return instead === undefined
      ? "named in the settings, but no tool has this name"
      : `named in the settings, but there is no such tool any more; in its place: ${instead}`;
  }

  #insteadOf(name: string): string | undefined {
    const names = [name, ...spellings(name)];
    return this.#retired.find(([pattern]) => names.some((each) => matches(pattern, each)))?.[1];
  }

  #unknown(name: string, more: Iterable<string>): Fault {
    const instead = this.#insteadOf(name);
    if (instead !== undefined) {
      const message = `Cannot use ${JSON.stringify(name)}: there is no such tool any more, expected ${instead}`;
      return new Fault("tool.unknown", message, { facts: { tool: name, instead } });
    }
    const known = [...this.#shelves.names, ...this.#control.keys(), ...more].filter((each) => !this.#isOff(each));
    const near = nearest(name, known, { most: 3, share: alike });
    return new Fault("tool.unknown", `Cannot find tool ${JSON.stringify(name)}, expected one of ${known.join(", ")}`, {
      facts: { tool: name, near: near.length > 0 ? near : known },
    });
  }
}

/** Tools whose name some clients can only spell otherwise; of two that look alike neither is meant. */
function plainlyNamed(names: Iterable<string>, name: string): string[] {
  const alike = [...names].filter((each) => each !== name && plainName(each) === name);
  return alike.length === 1 ? alike : [];
}

function notAllowed(name: string): Fault {
  const fact = "this token's scopes and tool patterns do not allow it";
  return new Fault("auth.scope", `Cannot use ${name}: ${fact}, expected one that the list of tools shows`);
}
