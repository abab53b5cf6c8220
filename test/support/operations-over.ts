import { SortableIds } from "../../src/base/ids.ts";
import { Pressure } from "../../src/core/admission/pressure.ts";
import { Rates } from "../../src/core/admission/rates.ts";
import { callOperations } from "../../src/core/operations/call-operations.ts";
import { threadOperations } from "../../src/core/operations/thread-operations.ts";
import { Threads } from "../../src/core/threads/threads.ts";
import { Registry } from "../../src/core/tools/registry.ts";
import { shelfOf } from "../../src/core/tools/shelves.ts";
import type { ControlTool, Tool } from "../../src/core/tools/tool.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import type { Core } from "./core.ts";

interface Besides {
  tools: readonly Tool[];
  control?: readonly ControlTool[];
  /** Where removed calls' outputs go; there are none unless told. */
  outputs?: { remove(calls: readonly CallId[]): Promise<void> };
  /** Rates that nobody reaches unless told. */
  rates?: Rates;
  /** What watches the machine ends with it; the machine is idle. */
  held: { use<T extends Disposable>(part: T): T };
}

/** What may be asked of a core in every test: its calls, its tools and its conversations. */
export function operationsOver(core: Core, { tools, control = [], outputs = noOutputs, ...besides }: Besides) {
  const { calls, journal, clock } = core;
  const idle = { memoryShare: 0, eventLoopP99Ms: 0 };
  const pressure = besides.held.use(new Pressure({ clock, lateMs: 1, read: () => idle, onHigh: () => {} }));
  const rates = besides.rates ?? new Rates({ clock, perSecond: { starts: 1e6, requests: 1e6 }, connections: 1e6 });
  const registry = new Registry({ shelves: [shelfOf(tools)], control, enabled: [], disabled: [] });
  const ids = new SortableIds(clock);
  const nowMs = () => clock.wallMs();
  return {
    ...callOperations({ calls, registry, rates, pressure, newId: () => ids.next(), nowMs }),
    ...threadOperations({ threads: new Threads(core), journal, outputs }),
  };
}

const noOutputs = { remove: async () => {} };
