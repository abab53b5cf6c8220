import { isTraceparent, newTraceparent } from "../../base/traceparent.ts";
import type { Tracer } from "../../core/calls/watch.ts";
import type { OtlpParts } from "./otlp-tracer.ts";

/** A tracer that is closed with the daemon: what it still holds goes out then. */
export type OpenTracer = Tracer & AsyncDisposable;

/** Spans go to `endpoint` where there is one; the exporter and its libraries are loaded only then. */
export async function openTracer(parts: Omit<OtlpParts, "endpoint"> & { endpoint?: string }): Promise<OpenTracer> {
  const { endpoint } = parts;
  if (endpoint === undefined || endpoint === "") return passingOn();
  const { OtlpTracer } = await import("./otlp-tracer.ts");
  return new OtlpTracer({ ...parts, endpoint });
}

/** Joins traces without recording any: what came in goes on, what began here gets a trace of its own. */
function passingOn(): OpenTracer {
  const end = () => {};
  return {
    start(_name, { parent }) {
      const traceparent = isTraceparent(parent) ? parent : newTraceparent();
      return { traceparent, end };
    },
    async [Symbol.asyncDispose]() {},
  };
}
