import type { Rates } from "../../core/admission/rates.ts";
import type { Presences } from "../../core/calls/presence.ts";
import type { Doors } from "../../core/tenants/doors.ts";
import type { Asked } from "./exchange.ts";

/** What the gateway needs of the doors. */
export type Door = Pick<Doors, "authenticate" | "onEnded">;

/** What the gateway needs of the rates; each refuses with a `Fault`. */
export type RequestRates = Pick<Rates, "request" | "connection">;

/** Whom a waiting request keeps from being missed. */
export type Waiters = Pick<Presences, "arrive" | "forget" | "hold">;

/** What serves `/mcp`; the body is that of a POST. */
export interface McpDoor {
  serve(asked: Asked, body?: Record<string, unknown>): Promise<void>;
}

export interface Health {
  /** Which of its parts do not work, by name; the detail is for those with a token. */
  ready(): Promise<{ failing: readonly string[]; detail: unknown }>;
}

export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}
