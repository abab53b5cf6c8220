import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import { type CallView, noUsage } from "../../protocol/result.ts";
import { openLogger } from "./logger.ts";
import { Metrics, type Reading } from "./metrics.ts";
import { scrubber } from "./scrub.ts";
import { Telemetry } from "./telemetry.ts";

const idle: Reading = {
  permits: { work: { held: 3, quarantined: 1, waiting: 7, limit: 24 } },
  phases: { running: 3, queued: 7 },
  sessions: { known: 12, connected: 5 },
  connections: { http: 2, websocket: 5 },
  followed: 3,
  storedBytes: 4096,
};

const whose = { principal: "ada" as PrincipalId, trace: "4bf9" };

class Told implements Disposable {
  readonly lines: Record<string, unknown>[] = [];
  reading: Reading = idle;
  readonly metrics = new Metrics();
  readonly telemetry = new Telemetry({
    log: openLogger({
      level: "info",
      sink: { write: (line) => void this.lines.push(JSON.parse(line)) },
      scrub: scrubber([]),
    }),
    metrics: this.metrics,
  });

  /** The exposition, sample by sample. */
  async samples(): Promise<Map<string, number>> {
    const lines = (await this.metrics.text(this.reading))
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
  }

  [Symbol.dispose](): void {
    this.metrics[Symbol.dispose]();
  }
}

function ended(more: Partial<CallView> = {}): CallView {
  const usage = { ...noUsage, wallMs: 2000, queuedMs: 500, requests: 2, inputTokens: 100, outputTokens: 20, usd: 0.25 };
  return {
    call: "c1" as CallId,
    tool: "chat",
    phase: "succeeded",
    seq: 5,
    acceptedAt: 1000,
    endedAt: 3000,
    result: { content: "the answer" },
    usage,
    ...more,
  };
}

promise(
  "say.metrics",
  "permits, queue, sessions, connections, delivery and memory are read at every scrape",
  async () => {
    using told = new Told();
    const first = await told.samples();
    expect(Object.fromEntries(first)).toMatchObject({
      'exai_permits{class="work",state="held"}': 3,
      'exai_permits{class="work",state="quarantined"}': 1,
      'exai_permits{class="work",state="waiting"}': 7,
      'exai_permits{class="work",state="limit"}': 24,
      'exai_calls{phase="queued"}': 7,
      'exai_sessions{state="connected"}': 5,
      'exai_connections{gateway="websocket"}': 5,
      exai_followed_calls: 3,
      exai_stored_bytes: 4096,
    });
    expect(first.get('exai_memory_bytes{kind="rss"}')).toBeGreaterThan(1_000_000);
    expect([...first.keys()].filter((name) => name.startsWith("exai_event_loop_delay_seconds"))).toHaveLength(3);
    told.reading = { ...idle, phases: { running: 1 } };
    const second = await told.samples();
    expect(second.get('exai_calls{phase="running"}')).toBe(1);
    expect(second.has('exai_calls{phase="queued"}')).toBe(false);
  },
);

promise(
  "say.metrics",
  "ended calls, latency, waiting, spend, de-duplication and commits are counted as they happen",
  async () => {
    using told = new Told();
    const { telemetry } = told;
    telemetry.ended(ended(), whose);
    telemetry.ended(ended({ parent: "c0" as CallId }), whose);
    telemetry.ended(ended({ phase: "failed", fault: new Fault("model.silent", "Cannot go on").view() }), whose);
    telemetry.deduplicated("key");
    telemetry.deduplicated("shared");
    telemetry.fault("admission.rate");
    telemetry.storeCommitted(3, 64);
    expect(Object.fromEntries(await told.samples())).toMatchObject({
      'exai_calls_ended_total{tool="chat",phase="succeeded"}': 2,
      'exai_calls_ended_total{tool="chat",phase="failed"}': 1,
      'exai_call_seconds_sum{tool="chat",phase="succeeded"}': 4,
      'exai_call_seconds_bucket{le="1",tool="chat",phase="succeeded"}': 0,
      'exai_call_seconds_bucket{le="5",tool="chat",phase="succeeded"}': 2,
      exai_call_queued_seconds_sum: 1.5,
      'exai_tokens_total{kind="input"}': 200,
      exai_model_requests_total: 4,
      exai_spend_usd_total: 0.5,
      'exai_calls_deduplicated_total{how="key"}': 1,
      'exai_calls_deduplicated_total{how="shared"}': 1,
      'exai_faults_total{code="model.silent"}': 1,
      'exai_faults_total{code="admission.rate"}': 1,
      exai_store_commit_seconds_sum: 0.003,
      exai_store_commit_verbs_sum: 64,
    });
  },
);

promise(
  "say.no-swallow",
  "a failure that changed no outcome is counted by its place and logged with its call",
  async () => {
    using told = new Told();
    told.telemetry.swallowed("progress", new Error("nobody listens", { cause: new TypeError("deep") }), "c7" as CallId);
    told.telemetry.closeFailed("store", "gone");
    const samples = await told.samples();
    expect(samples.get('exai_swallowed_total{place="progress"}')).toBe(1);
    expect(samples.get('exai_swallowed_total{place="close store"}')).toBe(1);
    expect(told.lines).toMatchObject([
      {
        level: "warn",
        place: "progress",
        call: "c7",
        error: {
          message: "nobody listens",
          stack: expect.stringContaining("telemetry.test"),
          cause: { name: "TypeError" },
        },
      },
      { level: "warn", place: "close store", error: { message: "gone" } },
    ]);
  },
);

promise(
  "say.faults",
  "a bug is logged with its stack, under the trace or the call that met it, and counted",
  async () => {
    using told = new Told();
    told.telemetry.bug(new TypeError("not a function"), { place: "http", trace: "4bf9" });
    told.telemetry.bug(new TypeError("not a function"), "c8" as CallId);
    expect(told.lines).toMatchObject([
      { level: "error", place: "http", trace: "4bf9", error: { stack: expect.stringContaining("telemetry.test") } },
      { level: "error", call: "c8", error: { name: "TypeError" } },
    ]);
    expect((await told.samples()).get("exai_bugs_total")).toBe(2);
  },
);

promise("leak.secret", "a call's line and its metrics hold neither what was asked nor what was answered", async () => {
  using told = new Told();
  const fault = new Fault("model.refused", "Cannot ask: prompt was MY-PROMPT", { facts: { prompt: "MY-PROMPT" } });
  told.telemetry.ended(ended({ result: { content: "MY-ANSWER", data: { text: "MY-ANSWER" } } }), whose);
  told.telemetry.ended(ended({ phase: "failed", fault: fault.view() }), whose);
  const everything = JSON.stringify(told.lines) + (await told.metrics.text(told.reading));
  expect(everything).not.toMatch(/MY-(PROMPT|ANSWER)/);
  expect(told.lines).toMatchObject([
    { call: "c1", tool: "chat", phase: "succeeded", wallMs: 2000, msg: "call ended" },
    { phase: "failed", fault: "model.refused", principal: "ada", trace: "4bf9" },
  ]);
});

test("two daemons in one process count apart", async () => {
  using one = new Told();
  using other = new Told();
  one.telemetry.fault("internal");
  expect((await one.samples()).get('exai_faults_total{code="internal"}')).toBe(1);
  expect((await other.samples()).has('exai_faults_total{code="internal"}')).toBe(false);
});
