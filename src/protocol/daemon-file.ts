import { z } from "zod";

/** A file in the data folder of a daemon that listens: where programs of the same user find it. */
export const daemonFileName = "daemon.json";

/** What the file says; it goes with the daemon, and one that was killed leaves it behind. */
export const daemonFile = z.object({
  pid: z.int(),
  scheme: z.enum(["http", "https"]),
  host: z.string(),
  port: z.int(),
  version: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});
/** What the file says. */
export type DaemonFile = z.infer<typeof daemonFile>;
