import { type Attributes, ROOT_CONTEXT, type Tracer as SdkTracer, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { formatTraceparent, parseTraceparent } from "../../base/traceparent.ts";
import type { Span, Tracer } from "../../core/calls/watch.ts";

export interface OtlpParts {
  /** Base address of an OTLP receiver (`OTEL_EXPORTER_OTLP_ENDPOINT`). */
  endpoint: string;
  version: string;
  /** Taken to every text that leaves in a span. */
  scrub: (text: string) => string;
  /** Spans that could not be delivered. */
  onLost: (error: unknown) => void;
}

const sendMs = 3000;

/** Spans for an OTLP receiver, over HTTP in JSON, in batches. It registers nothing process-wide. */
export class OtlpTracer implements Tracer, AsyncDisposable {
  readonly #provider: NodeTracerProvider;
  readonly #tracer: SdkTracer;
  readonly #scrub: (text: string) => string;

  constructor(parts: OtlpParts) {
    const url = `${parts.endpoint.replace(/\/+$/, "")}/v1/traces`;
    this.#scrub = parts.scrub;
    this.#provider = new NodeTracerProvider({
      resource: resourceFromAttributes({ "service.name": "exai", "service.version": parts.version }),
      spanProcessors: [
        new BatchSpanProcessor(telling(new OTLPTraceExporter({ url, timeoutMillis: sendMs }), parts.onLost)),
      ],
    });
    this.#tracer = this.#provider.getTracer("exai", parts.version);
  }

  start(name: string, about: { parent?: string; attributes?: Readonly<Record<string, string | number>> }): Span {
    const parent = parseTraceparent(about.parent);
    const context =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: parent.flags, isRemote: true });
    const span = this.#tracer.startSpan(name, { attributes: this.#clean(about.attributes ?? {}) }, context);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: formatTraceparent({ traceId, spanId, flags: traceFlags }),
      end: ({ failed }) => {
        if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: this.#scrub(failed) });
        span.end();
      },
    };
  }

  /** Sends what waits; a receiver that is gone delays the end by `sendMs` at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Spans that go nowhere were told when they did; they fail no stop.
    await this.#provider.shutdown().catch(() => {});
  }

  #clean(attributes: Readonly<Record<string, string | number>>): Attributes {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, typeof value === "string" ? this.#scrub(value) : value]),
    );
  }
}

/** An exporter whose failures are told; the library itself keeps silent about them. */
function telling(exporter: SpanExporter, onLost: (error: unknown) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== 0) onLost(result.error ?? new Error("The receiver took no spans"));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => await exporter.forceFlush?.(),
  };
}
