import { newTraceparent, parseTraceparent } from "../../base/traceparent.ts";
import type { Tracer } from "../../core/calls/watch.ts";

/** A tracer that is closed with the daemon: what it still holds goes out then. */
export type OpenTracer = Tracer & AsyncDisposable;

export interface TracingParts {
  /** Base address of an OTLP receiver (`OTEL_EXPORTER_OTLP_ENDPOINT`); without one nothing is exported. */
  endpoint?: string;
  version: string;
  /** Taken to every text that leaves in a span. */
  scrub: (text: string) => string;
  /** Spans that could not be delivered. */
  onLost: (error: unknown) => void;
}

/** The exporter and its libraries are loaded only where somebody listens. */
export async function openTracer(parts: TracingParts): Promise<OpenTracer> {
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
      const traceparent = parent !== undefined && parseTraceparent(parent) ? parent : newTraceparent();
      return { traceparent, end };
    },
    async [Symbol.asyncDispose]() {},
  };
}
