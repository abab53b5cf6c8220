import type { Journal } from "../../core/calls/journal.ts";
import type { OutputLog } from "../../core/processes/output-log.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import type { CallId } from "../../protocol/ids.ts";

export interface HttpSettings {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** `Host` values besides loopback and the bound address, as clients send them. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  /** `trusted`: the last entry of `X-Forwarded-For` is who asks, for slowing down failed attempts. */
  proxy: "none" | "trusted";
  /** PEM texts. */
  tls?: { cert: string; key: string };
  /** Names the store's history; cursors carry it. */
  epoch: string;
  version: string;
  maxBodyBytes: number;
  /** Open at once, those that were upgraded aside. */
  maxConnections: number;
  /** How long a header, a whole request, and the first byte of a connection may take. */
  headersMs: number;
  requestMs: number;
  silentMs: number;
  /** How long closing waits for answers under way. */
  closeMs: number;
}

/** Defaults of what is not the operator's business. */
export const httpLimits = {
  maxBodyBytes: 1024 * 1024,
  maxConnections: 2048,
  headersMs: 5000,
  requestMs: 10_000,
  silentMs: 5000,
  closeMs: 2000,
} as const;

/** What the gateway needs of the doors. */
export interface Door {
  authenticate(token: string, from: { address: string; client: string }): Promise<Caller>;
  onEnded(listener: (ended: EndedToken) => void): Disposable;
}

/** What the gateway needs of the rates; each refuses with a `Fault`. */
export interface RequestRates {
  request(caller: Caller): void;
  connection(caller: Caller): Disposable;
}

export interface Health {
  /** Whether store, process host and listeners work; the detail is for those with a token. */
  ready(): Promise<{ ok: boolean; detail: unknown }>;
}

export interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

/** What the gateway needs of the journal and of the outputs: it only reads. */
export type JournalReader = Pick<Journal, "read" | "listen">;
export type OutputReader = Pick<OutputLog, "view" | "read" | "listen" | "setHungry">;

/** Whom a waiting request keeps from being missed. */
export interface Waiters {
  arrive(client: { waiter: CallId }): Disposable;
  forget(client: { waiter: CallId }): void;
  hold(call: CallId): Disposable;
}
