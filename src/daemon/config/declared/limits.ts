import { amount, seconds, whole } from "../kinds.ts";
import { setting } from "../setting.ts";

/** How much at once, and how much a day. */
export const limits = {
  EXAI_WS_GLOBAL_MAX_INFLIGHT: setting(whole(1, 10_000), {
    description: "Calls that run at once, commands aside.",
    example: "24",
    default: "24",
  }),
  EXAI_PRINCIPAL_MAX_INFLIGHT: setting(whole(1, 10_000), {
    description: "Calls of one principal that run at once, commands aside.",
    example: "16",
    default: "16",
  }),
  EXAI_WS_SESSION_MAX_INFLIGHT: setting(whole(1, 10_000), {
    description: "Calls of one session that run at once, commands aside.",
    example: "8",
    default: "8",
  }),
  EXAI_AGENT_MAX_RUNS: setting(whole(1, 1000), {
    description: "Agent runs that one principal may have at once; a run is also one of its calls.",
    example: "2",
    default: "2",
  }),
  EXAI_EXEC_MAX_INFLIGHT: setting(whole(1, 1000), {
    description: "Commands that run at once.",
    example: "16",
    default: "16",
  }),
  EXAI_MAX_SESSIONS: setting(whole(1, 1_000_000), {
    description:
      "Sessions that one principal may have. Beyond it a new one takes the place of the one longest unseen, or is refused where all are in use.",
    example: "1000",
    default: "1000",
  }),
  EXAI_SESSION_TTL_SECS: setting(seconds(60, 604_800), {
    description: "How long a session can be resumed after its client was last seen.",
    example: "3600",
    default: "3600",
  }),
  EXAI_WS_RESULT_TTL: setting(seconds(0, 604_800), {
    description: "For how many seconds the same request is answered from a success before it.",
    example: "600",
    default: "600",
  }),
  EXAI_DISCONNECT_GRACE_SECS: setting(seconds(0, 86_400), {
    description: "How long a client may be without a connection before it counts as gone.",
    example: "60",
    default: "60",
  }),
  EXAI_DRAIN_SECS: setting(seconds(0, 3600), {
    description: "How long a stop waits for running calls before it ends them.",
    example: "30",
    default: "30",
    change: "live",
  }),
  EXAI_OVERLOAD_LATE_SECS: setting(seconds(0.05, 3600), {
    description:
      "By how much the daemon may come too late, in 99 of 100 times, until it refuses new calls; more on a machine that is always busy.",
    example: "0.25",
    default: "0.25",
  }),
  EXAI_BUDGET_USD_PER_DAY: setting(amount(0, 1_000_000), {
    description: "What one principal may spend on models a day, in US dollars.",
    example: "20",
    change: "live",
  }),
  EXAI_BUDGET_TOKENS_PER_DAY: setting(whole(0, 1_000_000_000_000), {
    description: "How many tokens, in and out, one principal may use a day.",
    example: "5000000",
    change: "live",
  }),
} as const;
