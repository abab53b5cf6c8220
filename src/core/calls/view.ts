import type { FaultView } from "../../protocol/fault.ts";
import { type CallView, noUsage, type Result, type Usage } from "../../protocol/result.ts";
import type { CallRow } from "../store/store.ts";

interface Ending {
  result?: Result;
  fault?: FaultView;
  usage?: Usage;
}

/** A call as every gateway shows it. */
export function viewOf(row: CallRow): CallView {
  const ending: Ending = row.ending === null ? {} : (JSON.parse(row.ending) as Ending);
  return {
    call: row.id,
    tool: row.tool,
    phase: row.state.phase,
    seq: row.state.seq,
    ...(row.thread === null ? {} : { thread: row.thread }),
    ...(row.parent === null ? {} : { parent: row.parent }),
    ...(row.sharedWith === null ? {} : { sharedWith: row.sharedWith }),
    acceptedAt: row.acceptedAt,
    ...(row.endedAt === null ? {} : { endedAt: row.endedAt }),
    ...(ending.result === undefined ? {} : { result: ending.result }),
    ...(ending.fault === undefined ? {} : { fault: ending.fault }),
    usage: ending.usage ?? noUsage,
  };
}
