import type { SessionId } from "../../protocol/ids.ts";
import type { GatewayParts } from "./parts.ts";
import type { OutputBudget } from "./stream-window.ts";

/** What all connections of a gateway share. */
export interface House<Connection> {
  readonly parts: GatewayParts;
  readonly budget: OutputBudget;
  /** The connection has shown a credential; an older one of its session gives way. */
  entered(connection: Connection, session: SessionId): void;
  /** The connection takes no more frames. */
  left(connection: Connection): void;
  /** Its socket is gone. */
  gone(connection: Connection): void;
}
