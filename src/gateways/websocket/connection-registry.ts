import type { SessionId } from "../../protocol/ids.ts";

/** Where the connections of a gateway report what becomes of them. */
export interface ConnectionRegistry<Connection> {
  /** The connection has shown a credential; an older one of its session gives way. */
  entered(connection: Connection, session: SessionId): void;
  /** The connection takes no more frames. */
  left(connection: Connection): void;
  /** Its socket is gone. */
  gone(connection: Connection): void;
}
