import { monitorEventLoopDelay } from "node:perf_hooks";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";
import type { Counts } from "../../core/admission/admission.ts";
import type { FaultCode } from "../../protocol/fault.ts";
import type { CallView } from "../../protocol/result.ts";

/** What is read at every scrape. */
export interface Reading {
  permits: Record<string, Counts>;
  phases: Record<string, number>;
  sessions: { known: number; connected: number };
  connections: { http: number; websocket: number };
  /** Calls that somebody reads along with. */
  followed: number;
  storedBytes: number;
}

const latencySeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 180, 600, 3600];
const commitSeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1];
const samplingMs = 20;
const verbsACommit = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Everything that is counted, in a registry of its own. Labels come from closed sets, so that their number is bounded. */
export class Metrics implements Disposable {
  readonly #registry = new Registry();
  readonly #loop = monitorEventLoopDelay({ resolution: samplingMs });
  readonly #permits = this.#gauge("permits", "Permits and waiting calls by class", ["class", "state"]);
  readonly #phases = this.#gauge("calls", "Calls without an ending, by phase", ["phase"]);
  readonly #sessions = this.#gauge("sessions", "Sessions that are known, and that have a connection", ["state"]);
  readonly #connections = this.#gauge("connections", "Open connections", ["gateway"]);
  readonly #followed = this.#gauge("followed_calls", "Calls that somebody reads along with", []);
  readonly #stored = this.#gauge("stored_bytes", "Bytes the store occupies", []);
  readonly #memory = this.#gauge("memory_bytes", "Memory of the process", ["kind"]);
  readonly #delay = this.#gauge("event_loop_delay_seconds", "Delay of the event loop since the last scrape", [
    "quantile",
  ]);
  readonly #ended = this.#counter("calls_ended_total", "Ended calls", ["tool", "phase"]);
  readonly #latency = this.#histogram("call_seconds", "From acceptance to ending", {
    buckets: latencySeconds,
    labelNames: ["tool", "phase"],
  });
  readonly #queued = this.#histogram("call_queued_seconds", "Waiting for permits", {
    buckets: latencySeconds,
    labelNames: [],
  });
  readonly #same = this.#counter("calls_deduplicated_total", "Starts served by another call or run", ["how"]);
  readonly #tokens = this.#counter("tokens_total", "Tokens of models", ["kind"]);
  readonly #requests = this.#counter("model_requests_total", "Requests to models, retries included", []);
  readonly #usd = this.#counter("spend_usd_total", "Money, where prices are known", []);
  readonly #faults = this.#counter("faults_total", "Refusals and failed calls, by fault code", ["code"]);
  readonly #swallowed = this.#counter("swallowed_total", "Failures that changed no outcome, by place", ["place"]);
  readonly #bugs = this.#counter("bugs_total", "Errors that nobody expected", []);
  readonly #commit = this.#histogram("store_commit_seconds", "From a batch of verbs to its commit", {
    buckets: commitSeconds,
    labelNames: [],
  });
  readonly #verbs = this.#histogram("store_commit_verbs", "Verbs in such a batch; several may share a commit", {
    buckets: verbsACommit,
    labelNames: [],
  });

  constructor() {
    this.#loop.enable();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The exposition that Prometheus reads: all that was counted, and what is read now. */
  async text(reading: Reading): Promise<string> {
    this.#show(reading);
    return await this.#registry.metrics();
  }

  callEnded(view: CallView): void {
    const { tool, phase, usage } = view;
    this.#ended.inc({ tool, phase });
    this.#latency.observe({ tool, phase }, ((view.endedAt ?? view.acceptedAt) - view.acceptedAt) / 1000);
    this.#queued.observe(usage.queuedMs / 1000);
    if (view.fault !== undefined) this.#faults.inc({ code: view.fault.code });
    // A parent's usage holds its children's, and a shared call's is its leader's: each is counted once.
    if (view.parent !== undefined || view.sharedWith !== undefined || usage.requests === 0) return;
    this.#tokens.inc({ kind: "input" }, usage.inputTokens);
    this.#tokens.inc({ kind: "output" }, usage.outputTokens);
    this.#requests.inc(usage.requests);
    this.#usd.inc(usage.usd ?? 0);
  }

  deduplicated(how: "key" | "shared"): void {
    this.#same.inc({ how });
  }

  fault(code: FaultCode): void {
    this.#faults.inc({ code });
  }

  swallowed(place: string): void {
    this.#swallowed.inc({ place });
  }

  bug(): void {
    this.#bugs.inc();
  }

  storeCommitted(ms: number, verbs: number): void {
    this.#commit.observe(ms / 1000);
    this.#verbs.observe(verbs);
  }

  [Symbol.dispose](): void {
    this.#loop.disable();
    this.#registry.clear();
  }

  #show(reading: Reading): void {
    this.#showPermits(reading.permits);
    this.#phases.reset();
    for (const [phase, count] of Object.entries(reading.phases)) this.#phases.set({ phase }, count);
    this.#sessions.set({ state: "known" }, reading.sessions.known);
    this.#sessions.set({ state: "connected" }, reading.sessions.connected);
    for (const [gateway, count] of Object.entries(reading.connections)) this.#connections.set({ gateway }, count);
    this.#followed.set(reading.followed);
    this.#stored.set(reading.storedBytes);
    this.#showProcess();
  }

  #showPermits(permits: Reading["permits"]): void {
    for (const [name, counts] of Object.entries(permits))
      for (const state of ["held", "quarantined", "waiting", "limit"] as const)
        this.#permits.set({ class: name, state }, counts[state]);
  }

  #showProcess(): void {
    const memory = process.memoryUsage();
    this.#memory.set({ kind: "rss" }, memory.rss);
    this.#memory.set({ kind: "heap" }, memory.heapUsed);
    this.#memory.set({ kind: "external" }, memory.external);
    // What is measured is the whole time between two samples, the pause that was asked for included.
    for (const quantile of [50, 99, 100])
      this.#delay.set(
        { quantile: String(quantile / 100) },
        Math.max(0, this.#loop.percentile(quantile) / 1e9 - samplingMs / 1000),
      );
    this.#loop.reset();
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name: `exai_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: `exai_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    shape: { buckets: number[]; labelNames: readonly L[] },
  ): Histogram<L> {
    return new Histogram({ name: `exai_${name}`, help, ...shape, registers: [this.#registry] });
  }
}
