import type { Clock } from "../../base/clock.ts";
import type { Rates } from "../../core/admission/rates.ts";
import type { Calls } from "../../core/calls/calls.ts";
import type { JournalReader } from "../../core/calls/journal-cursor.ts";
import type { Presences } from "../../core/calls/presence.ts";
import type { Operations } from "../../core/operations/operations.ts";
import type { Reports } from "../../core/operations/refusal.ts";
import type { SlowedAnswers } from "../../core/operations/slowed-answers.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { Doors } from "../../core/tenants/doors.ts";
import type { OutputBudget } from "./stream-window.ts";

export interface WebsocketSettings {
  /** The store's history, its node and our version: what `session.open` answers. */
  epoch: string;
  node: string;
  version: string;
  /** Told to clients; admission holds them to it. */
  sessionInflight: number;
  /** The largest frame a client may send; 1 MiB. */
  maxFrameBytes?: number;
  /** After this long without a byte the server pings; twice this long is dead; 15 s. */
  heartbeatMs?: number;
  /** How many connections may be waiting to show a credential; 512. */
  maxOpening?: number;
}

/** What a connection asks of the doors. */
export type SessionDoors = Pick<
  Doors,
  "authenticate" | "openSession" | "resumeSession" | "confirmSession" | "endSession" | "redeemTicket" | "onEnded"
>;

/** How many connections and requests a principal may have; both refuse with a `Fault`. */
export type ConnectionRates = Pick<Rates, "connection" | "request">;

/** One conversation of MCP, seen from the side of its client. */
export interface McpConversation extends AsyncDisposable {
  /** Takes a message of the client's; refuses with `input.invalid` what is no JSON-RPC. */
  take(message: McpJson): void;
}

export type McpJson = Readonly<Record<string, unknown>>;

/** With whom MCP is spoken over a channel. */
export interface McpClient {
  readonly caller: Caller;
  readonly cwd?: string;
  /** The key under which the call of an unanswered request starts. */
  keyOf(request: string | number): string | undefined;
  /** Resolves when there is room for more. */
  send(message: McpJson): Promise<void>;
  /** The server has ended the conversation. */
  ended(): void;
}

/** Whoever speaks MCP; what that takes is loaded with the first conversation. */
export interface McpPort {
  open(client: McpClient): Promise<McpConversation>;
}

export interface GatewayParts {
  mcp: McpPort;
  operations: Operations;
  doors: SessionDoors;
  journal: JournalReader;
  outputs: OutputLog;
  calls: Pick<Calls, "hasOpen">;
  presences: Pick<Presences, "arrive" | "hold">;
  rates: ConnectionRates;
  slowed: SlowedAnswers;
  clock: Clock;
  settings: WebsocketSettings;
  reports: Reports;
}

/** What all connections of a gateway share; each names what it needs of that. */
export interface SharedParts extends GatewayParts {
  budget: OutputBudget;
}

export const defaults = {
  maxFrameBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  maxOpening: 512,
} as const;
