import { Cancelled, Stop } from "../../base/abort.ts";
import type { Request } from "../../core/operations/operations.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { SessionId } from "../../protocol/ids.ts";
import { Follows } from "./follows.ts";
import { McpChannels } from "./mcp-channels.ts";
import type { SharedParts } from "./parts.ts";
import type { Pump } from "./pump.ts";

export type ContextShared = Pick<
  SharedParts,
  "mcp" | "operations" | "journal" | "outputs" | "presences" | "clock" | "settings" | "budget"
>;

export interface ConnectionContextParts {
  shared: ContextShared;
  caller: Caller;
  session: SessionId;
  pump: Pump;
  /** A cursor cannot go on. */
  onFailure: (error: unknown) => void;
  onBug: (error: unknown) => void;
}

/** What the requests of a connection share. Most connections are idle: what only some need is made when it is. */
export class ConnectionContext implements Request, Disposable {
  readonly caller: Caller;
  readonly #parts: ConnectionContextParts;
  readonly #gone = new Stop();
  #follows: Follows | undefined;
  #channels: McpChannels | undefined;

  constructor(parts: ConnectionContextParts) {
    this.#parts = parts;
    this.caller = parts.caller;
  }

  get parts(): ContextShared {
    return this.#parts.shared;
  }

  get isClosed(): boolean {
    return this.#gone.reason !== undefined;
  }

  /** Aborts when the connection is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get follows(): Follows {
    if (this.#follows !== undefined) return this.#follows;
    const { shared, pump, session, onFailure, onBug } = this.#parts;
    const { journal, outputs, presences, clock, budget } = shared;
    this.#follows = new Follows({ journal, outputs, presences, clock, budget, pump, session, onFailure, onBug });
    if (this.isClosed) this.#follows[Symbol.dispose]();
    return this.#follows;
  }

  get channels(): McpChannels {
    const { shared, caller, pump, onBug } = this.#parts;
    this.#channels ??= new McpChannels({ mcp: shared.mcp, caller, pump, onBug });
    if (this.isClosed) this.#channels[Symbol.dispose]();
    return this.#channels;
  }

  /** Whether every reader was sent what there is. */
  get isCaughtUp(): boolean {
    return this.#follows?.areCaughtUp ?? true;
  }

  /** Asks every cursor to look again: a hint may have been lost on its way here. */
  recheck(): void {
    this.#follows?.recheck();
  }

  [Symbol.dispose](): void {
    this.#gone.decide(new Cancelled("caller", "The connection is gone"));
    this.#follows?.[Symbol.dispose]();
    this.#channels?.[Symbol.dispose]();
  }
}
