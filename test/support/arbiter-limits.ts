import type { ArbiterLimits } from "../../src/core/admission/arbiter.ts";

/** Limits as a daemon has them that nobody has set up, and no provider with any of its own. */
export const arbiterLimits: ArbiterLimits = {
  global: 24,
  principal: 16,
  session: 8,
  commands: 16,
  commandsPerPrincipal: 4,
  agentRunsPerPrincipal: 2,
  providers: {},
  defaultProvider: 4,
  waitMs: 60_000,
  maxWaitingPerPrincipal: 1000,
  maxWaiting: 10_000,
};
