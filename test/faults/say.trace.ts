import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // The client's trace ends at the door.
  {
    file: "src/gateways/http/open-exchange.ts",
    find: "parseTraceparent(header) !== undefined ? header : newTraceparent()",
    replace: "parseTraceparent(header) !== undefined ? newTraceparent() : newTraceparent()",
  },
  // Every span begins a trace.
  {
    file: "src/daemon/telemetry/otlp-tracer.ts",
    find: "parseTraceparent(about.parent)",
    replace: "parseTraceparent(undefined)",
  },
  {
    file: "src/daemon/telemetry/tracing.ts",
    find: "isTraceparent(parent) ? parent : newTraceparent()",
    replace: "isTraceparent(parent) ? newTraceparent() : newTraceparent()",
  },
];
