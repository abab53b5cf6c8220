import type { ParamsInput } from "../protocol/methods.ts";
import type { Credential } from "./link.ts";
import type { SocketFactory, Timers } from "./socket.ts";

interface CommonOptions {
  /** The daemon's address, `http(s)://host:port` or `ws(s)://host:port`, with or without `/v1/ws`. */
  url: string;
  /** How the daemon lists and logs this program: at most 100 and 50 characters. */
  client: { name: string; version: string };
  /** In Node: `(url, protocols) => new WebSocket(url, protocols)` with that of `ws`; in a page the page's own. */
  socket: SocketFactory;
  /** From 0 to 1, for the jitter of its returns; `Math.random` unless a test has its own. */
  random?: () => number;
  /** The system's unless a test has its own. */
  timers?: Timers;
  /** How many tries the first connection has before the client gives up; without end by default. */
  firstTries?: number;
}

/** What a client is made of: where, who, and a `token` or a `ticket`. */
export type ConnectOptions = CommonOptions & Credential;

/**
 * What a call is started with, as `call.start` of the protocol has it. Without a `key` the client makes one, so that a
 * repeat is the same call.
 */
export type StartOptions = Omit<ParamsInput<"call.start">, "tool" | "keyedAt">;

/**
 * Where following goes on. Without `epoch` the numbers are taken as they are; with another epoch than the daemon's the
 * reader gets all anew.
 */
export interface FollowOptions {
  /** The last event the reader has; 0, the default, for all. */
  after?: number;
  /** Where to go on in the output, in bytes over both channels; 0, the default, for all. */
  offset?: number;
  /** The history that these numbers belong to: `epoch` of the `server` from whom the reader has them. */
  epoch?: string;
  /** While it is read here, a call whose starter has left is not missed: `onDisconnect: "cancel"` does not end it. */
  hold?: boolean;
}
