import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A span as it came over the wire, in the names of OTLP's JSON. */
export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
  failed: string | undefined;
}

/** A real OTLP receiver over HTTP on loopback. */
export interface OtlpReceiver extends AsyncDisposable {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` is set to. */
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
}

interface WireSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes?: { key: string; value: Record<string, unknown> }[];
  status?: { code?: number; message?: string };
}

interface WireTraces {
  resourceSpans?: { scopeSpans?: { spans?: WireSpan[] }[] }[];
}

/** `refuse` answers every delivery with 400, as a receiver that does not want it. */
export async function openOtlpReceiver(answer: "take" | "refuse" = "take"): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const traces = (await json(request)) as WireTraces;
    const wanted = answer === "take" && request.url === "/v1/traces";
    if (wanted) spans.push(...spansOf(traces));
    response.writeHead(wanted ? 200 : 400, { "Content-Type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function spansOf(traces: WireTraces): ReceivedSpan[] {
  const wire = traces.resourceSpans?.flatMap(({ scopeSpans }) => scopeSpans?.flatMap(({ spans }) => spans ?? []) ?? []);
  return (wire ?? []).map(({ name, traceId, spanId, parentSpanId, attributes, status }) => ({
    name,
    traceId,
    spanId,
    ...(parentSpanId ? { parentSpanId } : {}),
    attributes: Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]])),
    failed: status?.code === 2 ? (status.message ?? "") : undefined,
  }));
}
