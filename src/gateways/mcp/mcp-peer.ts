import type { RequestId } from "@modelcontextprotocol/server";
import type { Started } from "../../core/operations/operations.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { CallId } from "../../protocol/ids.ts";

/** Whom one MCP server object talks to: a session, a connection, or one exchange. */
export interface McpPeer {
  readonly caller: Caller;
  /** Base of relative paths, where the client's side said one. */
  readonly cwd?: string;
  /**
   * What it means that the transport closes while a request waits: `cancels` ends the request's call unless its
   * handle went out (an exchange of 2026-07-28 over HTTP), `leaves` ends nothing; presence decides then. `leaves`
   * where it does not say.
   */
  readonly closing?: "cancels" | "leaves";
  /** Lists that have changed are told to it by its server; absent where whoever carries its messages does that. */
  readonly lists?: "told";
  /** Under which key the call of a request starts, so that a repeated request joins it. */
  keyOf?(request: RequestId): string | undefined;
  /** The start of the call of a request, where its carrier has made it before it handed the request on. */
  begun?(request: RequestId): Promise<Started> | undefined;
  /**
   * Tells once the answer to a request was written to a connection of its client's; never where that was cut before.
   * Absent where the end of the connection ends the request itself.
   */
  onWritten?(request: RequestId, listener: () => void): void;
  /** The call of a request is durable and goes on; told before any message about it. */
  started?(request: RequestId, call: CallId): void;
}
