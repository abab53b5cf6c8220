import { z } from "zod";
import { confinementView } from "./confinement-view.ts";
import { acts, looks, type MethodContract } from "./method-contract.ts";
import { providerView } from "./provider-view.ts";

export const statusView = z.object({
  version: z.string(),
  node: z.string(),
  epoch: z.string(),
  pid: z.int(),
  uptimeMs: z.number(),
  phases: z.record(z.string(), z.int()),
  permits: z.record(z.string(), z.object({ held: z.int(), limit: z.int(), waiting: z.int() })),
  sessions: z.object({ known: z.int(), connected: z.int() }),
  pressure: z.enum(["normal", "high", "critical"]),
  memoryBytes: z.int(),
  eventLoopP99Ms: z.number(),
  providers: z.array(providerView),
  confinement: confinementView,
});
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
