import type { PrincipalId } from "../../protocol/ids.ts";
import type { Caller } from "../tenants/caller.ts";
import type { Tool } from "./tool.ts";

/** Tools that come and go while the daemon runs, named `source.tool`. */
export interface ToolSource {
  /** The tools of this caller now, by name: a table that never changes, and another one once something has. */
  table(caller: Pick<Caller, "principal" | "role">): ReadonlyMap<string, Tool>;
  /**
   * The tool of this name, also where nobody has said yet whether it is there: for calls that were accepted
   * before, and for the first ones after the start. `undefined` where it cannot be one of these.
   */
  named(name: string): Tool | undefined;
  /** Whether it is known by now which tools a name like this one may be of; what is not known may be there. */
  knows(name: string): boolean;
  /** Fires when tables have changed: of one principal, or of everybody where it names none. */
  onChange(listener: (principal?: PrincipalId) => void): Disposable;
  /** Resolves once everybody was asked what they have, at the latest after 5 s. */
  settled(signal: AbortSignal): Promise<void>;
}
