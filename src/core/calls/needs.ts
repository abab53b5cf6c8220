import type { Ask } from "../admission/admission.ts";
import type { ListedCall } from "../store/store.ts";
import type { CallOptions } from "./options.ts";
import type { Work } from "./work.ts";

interface Needing {
  row: ListedCall;
  options: CallOptions;
  work: Work;
  input: Readonly<Record<string, unknown>>;
}

/** What a call needs of the daemon's permits. */
export function needsOf({ row, options, work, input }: Needing): Omit<Ask, "ahead" | "onQueued"> {
  const provider = work.provider?.(input);
  return {
    principal: row.principal,
    session: options.lane,
    lane: work.lane,
    ...(row.thread !== null && { thread: row.thread }),
    ...(provider !== undefined && { provider }),
    ...(work.agentRun && { agentRun: work.agentRun }),
  };
}
