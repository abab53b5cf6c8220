import type { Clock } from "../../base/clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Admission } from "../admission/admission.ts";
import type { Journal } from "./journal.ts";
import type { Given } from "./options.ts";
import type { CallWatch, Tracer } from "./watch.ts";
import type { ChildStart } from "./work.ts";

/** What every run of this daemon shares. */
export interface RunServices {
  journal: Journal;
  admission: Admission;
  clock: Clock;
  watch: CallWatch;
  tracer: Tracer;
  newId: () => string;
  /** What another call has come to, once it has ended. */
  endingOf: (call: CallId) => Promise<CallView | undefined>;
  /** What a call was given, as it was stored with it. */
  givenOf: (call: CallId) => Promise<Given>;
  /** A call below a running one, from its start or an earlier attempt's to its ending. */
  below: (above: CallId, child: ChildStart, signal: AbortSignal) => Promise<CallView>;
}
