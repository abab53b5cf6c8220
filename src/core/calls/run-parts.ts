import type { Stop } from "../../base/abort.ts";
import type { Deadline } from "../../base/deadline.ts";
import type { ListedCall } from "../store/store.ts";
import type { CallPermits } from "./call-permits.ts";
import type { Gate } from "./gate.ts";
import type { CallOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { Remembered } from "./remembered.ts";
import type { RunServices } from "./run-services.ts";
import type { Work } from "./work.ts";

/** What the parts of one run share. */
export interface RunParts {
  services: RunServices;
  row: ListedCall;
  work: Work;
  /** Without its files. */
  options: CallOptions;
  record: Remembered;
  outbox: Outbox;
  gate: Gate;
  permits: CallPermits;
  deadline: Deadline;
  stop: Stop;
}
