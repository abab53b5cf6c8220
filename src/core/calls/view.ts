import type { FaultView } from "../../protocol/fault.ts";
import { type CallView, noUsage, type Result, type Usage } from "../../protocol/result.ts";
import type { ListedCall } from "../store/store.ts";

interface Ending {
  result?: Result;
  fault?: FaultView;
  usage?: Usage;
  resultOmitted?: true;
}

/** A call as every gateway shows it. */
export function viewOf(row: ListedCall): CallView {
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
    ...(ending.resultOmitted === undefined ? {} : { resultOmitted: true as const }),
    usage: ending.usage ?? noUsage,
  };
}
