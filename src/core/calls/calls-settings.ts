import type { OpenLimits } from "./open-calls.ts";

/** What the settings say of calls; fixed while the daemon runs. */
export interface CallsSettings {
  /** Unended calls that there may be; more are refused at once. */
  open: OpenLimits;
  /** How long a success is shared with the same call, in milliseconds. */
  shareMs: number;
  /** How long keys are kept, in milliseconds; a start that is older is refused. */
  keepMs: number;
}
