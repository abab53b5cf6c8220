import { z } from "zod";
import { confinementView } from "./confinement-view.ts";
import { acts, looks, type MethodContract } from "./method-contract.ts";
import { providerView } from "./provider-view.ts";

/** The daemon as it is: counts over everybody, nobody's content. */
export const statusView = z.object({
  version: z.string(),
  /** The name of this node. */
  node: z.string(),
  /** Names the store's history. */
  epoch: z.string(),
  pid: z.int(),
  uptimeMs: z.number(),
  /** How many calls are in each phase; those that have ended are not counted. */
  phases: z.record(z.string(), z.int()),
  /** By the arbiter's classes: `work`, `command`, and `provider:<name>` of those in use, all accounts together. */
  permits: z.record(z.string(), z.object({ held: z.int(), limit: z.int(), waiting: z.int() })),
  /** Sessions that are kept, and clients that have a connection or wait for an answer. */
  sessions: z.object({ known: z.int(), connected: z.int() }),
  /** At `critical` new calls are refused. */
  pressure: z.enum(["normal", "high", "critical"]),
  /** `ok`, or why nothing new is stored, as on a full disk; what is stored can be read meanwhile. */
  store: z.string().default("ok"),
  /** What the daemon's process holds. */
  memoryBytes: z.int(),
  /** How late timers fire, the 99th percentile of the last seconds. */
  eventLoopP99Ms: z.number(),
  providers: z.array(providerView),
  confinement: confinementView,
});
/** What `status.get` answers. */
export type StatusView = z.infer<typeof statusView>;

/** The daemon as a whole. */
export const daemonMethods = {
  "status.get": {
    ...looks,
    params: z.strictObject({}),
    result: statusView,
    http: ["GET", "/api/v1/status", "The daemon's state"],
  },
  "daemon.stop": {
    ...acts,
    /** `drain` lets running calls end for a while; `now` ends them. */
    params: z.strictObject({ mode: z.enum(["drain", "now"]).default("drain") }),
    result: z.object({}),
    http: ["POST", "/api/v1/daemon/stop", "Stop the daemon"],
  },
  "daemon.reload": {
    ...acts,
    params: z.strictObject({}),
    result: z.object({
      /** What is otherwise than what the daemon ran with; of that, what only a new start takes over. */
      changed: z.array(z.string()),
      needRestart: z.array(z.string()),
      /** Of names that do nothing, a sentence each. */
      notices: z.array(z.string()),
    }),
    http: ["POST", "/api/v1/daemon/reload", "Take a checked configuration"],
  },
  "store.backup": {
    ...acts,
    params: z.strictObject({ file: z.string().max(4096) }),
    result: z.object({ file: z.string(), bytes: z.int() }),
    http: ["POST", "/api/v1/store/backup", "Write a consistent copy of the store"],
  },
} as const satisfies Record<string, MethodContract>;
