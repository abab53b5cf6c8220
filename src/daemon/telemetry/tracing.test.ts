import { trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { openOtlpReceiver } from "../../../test/support/otlp-receiver.ts";
import { newTraceparent, parseTraceparent } from "../../base/traceparent.ts";
import { scrubber } from "./scrub.ts";
import { type OpenTracer, openTracer } from "./tracing.ts";

const version = "0.0.0";

async function tracerTo(endpoint: string | undefined, lost: unknown[] = []): Promise<OpenTracer> {
  const onLost = (error: unknown) => void lost.push(error);
  return await openTracer({ ...(endpoint === undefined ? {} : { endpoint }), version, scrub: scrubber([]), onLost });
}

promise("say.trace", "client, call, tool and model request stand in one trace, each under the one before", async () => {
  await using receiver = await openOtlpReceiver();
  const client = newTraceparent();
  const tracer = await tracerTo(receiver.endpoint);
  const call = tracer.start("call", { parent: client, attributes: { "exai.call": "c1", "exai.attempt": 1 } });
  const tool = tracer.start("tool", { parent: call.traceparent });
  const request = tracer.start("model", { parent: tool.traceparent });
  request.end({ failed: "model.silent" });
  tool.end({});
  call.end({});
  await tracer[Symbol.asyncDispose]();

  const byName = new Map(receiver.spans.map((span) => [span.name, span]));
  const context = parseTraceparent(client);
  expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([context?.traceId]));
  expect(byName.get("call")?.parentSpanId).toBe(context?.spanId);
  expect(byName.get("tool")?.parentSpanId).toBe(byName.get("call")?.spanId);
  expect(byName.get("model")?.parentSpanId).toBe(byName.get("tool")?.spanId);
  expect(byName.get("call")?.attributes).toEqual({ "exai.call": "c1", "exai.attempt": 1 });
  expect(receiver.spans.map(({ name, failed }) => [name, failed])).toEqual([
    ["model", "model.silent"],
    ["tool", undefined],
    ["call", undefined],
  ]);
});

promise(
  "say.trace",
  "without a receiver the client's trace still goes on, and none begins where none came",
  async () => {
    await using tracer = await tracerTo(undefined);
    const client = newTraceparent();
    const call = tracer.start("call", { parent: client });
    const inner = tracer.start("model", { parent: call.traceparent });
    inner.end({});
    call.end({ failed: "internal" });
    expect(parseTraceparent(inner.traceparent)?.traceId).toBe(parseTraceparent(client)?.traceId);
    for (const parent of [undefined, "nonsense"]) {
      const fresh = tracer.start("call", parent === undefined ? {} : { parent });
      expect(parseTraceparent(fresh.traceparent)).toBeDefined();
    }
  },
);

promise("leak.secret", "no secret leaves in a span", async () => {
  await using receiver = await openOtlpReceiver();
  const tracer = await tracerTo(receiver.endpoint);
  const secret = `exai_${"k1"}_${"hunter2hunter2"}`;
  tracer.start("call", { attributes: { "exai.note": `for ${secret}` } }).end({ failed: `refused ${secret}` });
  await tracer[Symbol.asyncDispose]();
  expect(receiver.spans).toHaveLength(1);
  expect(JSON.stringify(receiver.spans)).not.toContain("hunter2");
});

promise("say.no-swallow", "spans that nobody took are told", async () => {
  await using receiver = await openOtlpReceiver("refuse");
  const lost: unknown[] = [];
  const tracer = await tracerTo(receiver.endpoint, lost);
  tracer.start("call", {}).end({});
  await tracer[Symbol.asyncDispose]();
  expect(lost).toEqual([expect.any(Error)]);
});

test("nothing is registered for the whole process", async () => {
  await using receiver = await openOtlpReceiver();
  await using tracer = await tracerTo(receiver.endpoint);
  tracer.start("call", {}).end({});
  const elsewhere = trace.getTracer("elsewhere").startSpan("x");
  expect(elsewhere.isRecording()).toBe(false);
});
