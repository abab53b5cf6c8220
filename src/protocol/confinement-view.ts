import { z } from "zod";

const way = z.enum(["A", "B", "C"]);

/** How commands are kept from what is not theirs. */
export const confinementView = z.object({
  /** `A` a sandbox and a cgroup, `B` a sandbox, `C` a process group of the daemon's own user. */
  way,
  /** What holds the limits of memory and processes; `rlimit` holds them for each process alone. */
  limits: z.enum(["cgroup2", "cgroup1", "rlimit", "none"]),
  /** Why each better way is not used. */
  missing: z.array(z.object({ way, reason: z.string() })),
});
/** How this daemon confines, as its probe at start found it. */
export type ConfinementView = z.infer<typeof confinementView>;
