import type { CallView } from "../../../src/protocol/result.ts";

/** One thing a client is to have done; drawn from the seed, so that a client that was killed has a successor who knows it. */
export interface Job {
  key: string;
  tool: "echo" | "exec";
  /** The length of an echo's text, or how much of the stream a command prints. */
  bytes: number;
  /** Before an echo answers, or in the middle of a command. */
  delayMs: number;
  act: "none" | "cancel" | "pause";
  actAfterMs: number;
  /** How many read its events, each from the first on. */
  readers: 1 | 2;
  isFollowedFromStart: boolean;
  onDisconnect: "keep" | "cancel";
}

/** What a client learned, in the order in which it did. */
export type Note =
  | { what: "acknowledged"; key: string; call: string }
  | { what: "event"; key: string; reader: number; from: number; seq: number; type: string }
  | { what: "gap"; key: string; reader: number; from: number; to: number; reason: string }
  | { what: "output"; key: string; offset: number; length: number; sha256: string }
  | { what: "hole"; key: string; offset: number; to: number }
  | { what: "fin"; key: string; length: number }
  /** There was no output to read: the command had not begun. */
  | { what: "no output"; key: string; code: string }
  | { what: "ended"; key: string; phase: CallView["phase"]; seq: number; fault?: string; sha256?: string }
  | { what: "refused"; key: string; code: string }
  /** A connection that went on with a session: from the first byte to the answer. */
  | { what: "resumed"; ms: number }
  | { what: "opened"; session: string };

/** A call as the store has it at the end. */
export interface JournaledCall {
  call: string;
  key: string | null;
  phase: string;
  seq: number;
  events: { seq: number; type: string }[];
}

/** What is there when all is over. */
export interface Aftermath {
  permits: Record<string, { held: number; waiting: number }>;
  phases: Record<string, number>;
  /** Process ids that carry the daemon's mark. */
  strays: number[];
  exit: number | string;
}

/** Everything that one run left behind. */
export interface History {
  jobs: readonly Job[];
  /** The bytes that commands print, as far as each is told to. */
  stream: Uint8Array;
  notes: readonly Note[];
  journal: readonly JournaledCall[];
  /** The keys that commands wrote to a file of theirs when they began. */
  ran: readonly string[];
  /** How often the daemon went down: killed, and told to stop. */
  downs: { kills: number; stops: number };
  aftermath: Aftermath;
}
