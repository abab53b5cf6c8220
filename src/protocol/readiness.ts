import { z } from "zod";
import { confinementView } from "./confinement-view.ts";
import { providerView } from "./provider-view.ts";

/** What `/readyz` answers to a token: whether the daemon takes calls, and what it knows of its parts. */
export const readiness = z.object({
  status: z.enum(["ready", "not ready"]),
  detail: z.object({
    /** `ok`, or why it takes no commit. */
    store: z.string(),
    processes: confinementView,
    /** `ok`, or why no command can be started. */
    supervisor: z.string(),
    /** How paths are followed: `real-path` does not keep out who renames meanwhile. */
    workspace: z.enum(["handles", "real-path"]),
    pressure: z.enum(["normal", "high", "critical"]),
    providers: z.array(providerView),
    /** Tools that were wanted and are not there. */
    missing: z.array(z.object({ name: z.string(), reason: z.string() })),
  }),
});
/** What `/readyz` answers to a token. */
export type Readiness = z.infer<typeof readiness>;
