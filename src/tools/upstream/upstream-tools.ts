import type { Caller } from "../../core/tenants/caller.ts";
import type { Tool } from "../../core/tools/tool.ts";
import type { ToolSource } from "../../core/tools/tool-source.ts";
import type { UpstreamServer } from "../../core/upstreams/server.ts";
import type { Offer } from "../../core/upstreams/upstream.ts";
import type { Upstreams } from "../../core/upstreams/upstreams.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { type UpstreamToolParts, upstreamTool } from "./upstream-tool.ts";

/** Tool names come as `server.tool`, and the tool may hold dots of its own. */
const separator = ".";

export interface UpstreamToolsParts extends UpstreamToolParts {
  upstreams: Upstreams;
}

/** What the servers behind the daemon have, as tools of the daemon. */
export class UpstreamTools implements ToolSource {
  readonly #parts: UpstreamToolsParts;
  /** The tools of an offer are made once. */
  readonly #made = new WeakMap<Offer, readonly Tool[]>();

  constructor(parts: UpstreamToolsParts) {
    this.#parts = parts;
  }

  table(caller: Pick<Caller, "principal" | "role">): ReadonlyMap<string, Tool> {
    const offers = [...this.#parts.upstreams.offersTo(caller)];
    const tools = offers.flatMap(([server, offer]) => this.#toolsOf(server, offer));
    return new Map(tools.map((tool) => [tool.name, tool]));
  }

  named(name: string): Tool | undefined {
    const [server, tool] = partsOf(name);
    const known = this.#parts.upstreams.server(server);
    return known === undefined || tool === ""
      ? undefined
      : upstreamTool(this.#parts, { server: known.server, name: tool });
  }

  knows(name: string): boolean {
    return this.#parts.upstreams.server(partsOf(name)[0])?.known !== undefined;
  }

  onChange(listener: (principal?: PrincipalId) => void): Disposable {
    return this.#parts.upstreams.onChange(({ what, principal }) => {
      if (what === "offer") listener(principal);
    });
  }

  async settled(signal: AbortSignal): Promise<void> {
    await this.#parts.upstreams.settled(signal);
  }

  #toolsOf(server: UpstreamServer, offer: Offer): readonly Tool[] {
    const made =
      this.#made.get(offer) ??
      [...offer.tools.values()].map((known) => upstreamTool(this.#parts, { server, name: known.name, known }));
    this.#made.set(offer, made);
    return made;
  }
}

function partsOf(name: string): [server: string, tool: string] {
  const at = name.indexOf(separator);
  return at === -1 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}
