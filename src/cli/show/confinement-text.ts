import type { ConfinementView } from "../../protocol/confinement-view.ts";

const kept = {
  A: "commands run confined, in a cgroup of their own",
  B: "commands run confined",
  C: "commands run as the daemon's own user and can read what it can",
} as const;

const held = {
  cgroup2: "limits are held over all of a command",
  cgroup1: "limits are held over all of a command",
  rlimit: "limits are held for each process alone",
  none: "nothing holds limits",
} as const;

/** In what way commands are kept, and what holds their limits. */
export function confinementText({ way, limits }: ConfinementView): string {
  return `way ${way}: ${kept[way]}; ${held[limits]} (${limits})`;
}

/** Why each better way is not used, a line each. */
export function missingWays({ missing }: ConfinementView): string[] {
  return missing.map(({ way, reason }) => `way ${way} is not used: ${reason}`);
}
