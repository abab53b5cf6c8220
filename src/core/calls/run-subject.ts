import type { ListedCall, NewCall } from "../store/store.ts";
import type { CallOptions } from "./options.ts";
import type { Remembered } from "./remembered.ts";
import type { Work } from "./work.ts";

/** What a run is of. */
export interface RunSubject {
  row: ListedCall;
  /** Its principal's, where that is at hand: what goes on after a restart has none. */
  principalName?: string | undefined;
  /** Where it is not accepted yet: its acceptance is the first thing that it writes. */
  call?: NewCall;
  work: Work;
  /** The parsed input. */
  input: Readonly<Record<string, unknown>>;
  /** How large input and options are as text. */
  givenBytes: number;
  options: CallOptions;
  record: Remembered;
  /** Milliseconds that are left of its deadline. */
  leftMs: number;
}
