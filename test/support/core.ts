import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InProcessBus } from "../../src/adapters/bus/in-process/in-process-bus.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite/sqlite-store.ts";
import { type Clock, SystemClock } from "../../src/base/clock.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { newTraceparent } from "../../src/base/traceparent.ts";
import { Arbiter } from "../../src/core/admission/arbiter.ts";
import { Calls } from "../../src/core/calls/calls.ts";
import { Journal } from "../../src/core/calls/journal.ts";
import { Presences } from "../../src/core/calls/presence.ts";
import { type Recovered, recover } from "../../src/core/calls/recovery.ts";
import type { CallWatch, Tracer } from "../../src/core/calls/watch.ts";
import type { Work } from "../../src/core/calls/work.ts";
import type { ListedCall, Store } from "../../src/core/store/store.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import type { CallEvent } from "../../src/protocol/events.ts";
import { Fault } from "../../src/protocol/fault.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../src/protocol/ids.ts";
import type { CallStart } from "../../src/protocol/methods.ts";
import { hasEnded } from "../../src/protocol/phase.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { arbiterLimits } from "./arbiter-limits.ts";

/** What the watchers were told, for tests to look at. */
export class Watched implements CallWatch {
  readonly endings: CallView[] = [];
  readonly deduplications: string[] = [];
  readonly swallows: string[] = [];
  readonly bugs: unknown[] = [];
  ended(view: CallView): void {
    this.endings.push(view);
  }
  deduplicated(how: "key" | "shared"): void {
    this.deduplications.push(how);
  }
  swallowed(place: string): void {
    this.swallows.push(place);
  }
  bug(error: unknown): void {
    this.bugs.push(error);
  }
}

const untraced: Tracer = { start: (_name, { parent }) => ({ traceparent: parent ?? newTraceparent(), end() {} }) };

export function someone(name: string, more: Partial<Caller> = {}): Caller {
  return {
    principal: name as PrincipalId,
    role: "user",
    token: `token-${name}` as TokenId,
    scopes: new Set(["tools", "exec"]),
    tools: [],
    roots: [],
    expiresAt: null,
    session: `session-${name}` as SessionId,
    client: "test",
    ...more,
  };
}

export interface CoreOptions {
  clock: Clock;
  works: readonly Work[] | ((store: Store) => readonly Work[]);
  folder: string;
  limits?: Partial<ConstructorParameters<typeof Arbiter>[0]["limits"]>;
  wrapStore?: (store: Store) => Store;
  maxOpenPerPrincipal?: number;
  maxOpenBytesPerPrincipal?: number;
}

/** The core over the real store and arbiter, as one start of a daemon has it; `recovered` tells what it found. */
export class Core implements AsyncDisposable {
  readonly watch = new Watched();
  readonly admission: Arbiter;
  readonly presences: Presences;
  readonly journal: Journal;
  readonly calls: Calls;
  readonly store: Store;
  readonly clock: Clock;
  recovered: Recovered = { resumed: 0, ended: 0 };
  readonly #works: ReadonlyMap<string, Work>;

  constructor(options: CoreOptions, store: Store) {
    const { clock } = options;
    const ids = new SortableIds(clock);
    this.clock = clock;
    this.store = store;
    const works = typeof options.works === "function" ? options.works(store) : options.works;
    this.#works = new Map(works.map((work) => [work.name, work]));
    this.admission = new Arbiter({ clock, limits: { ...arbiterLimits, ...options.limits } });
    this.presences = new Presences({ clock, graceMs: 60_000 });
    this.journal = new Journal({ store, bus: new InProcessBus() });
    this.calls = new Calls({
      store,
      clock,
      journal: this.journal,
      admission: this.admission,
      presences: this.presences,
      watch: this.watch,
      tracer: untraced,
      newId: () => ids.next(),
      settings: {
        open: {
          perPrincipal: {
            calls: options.maxOpenPerPrincipal ?? 1024,
            bytes: options.maxOpenBytesPerPrincipal ?? 2 ** 30,
          },
          all: { calls: 10_000, bytes: 2 ** 32 },
        },
        shareMs: 600_000,
        keepMs: 7 * 86_400_000,
      },
    });
  }

  static async open(options: CoreOptions): Promise<Core> {
    const opened = await openSqliteStore({ folder: options.folder, durability: "process", clock: options.clock });
    const core = new Core(options, options.wrapStore?.(opened) ?? opened);
    const workOf = async (tool: string) => core.work(tool);
    core.recovered = await recover({ ...core.parts, workOf, objection: async () => undefined });
    return core;
  }

  private get parts() {
    return { store: this.store, journal: this.journal, calls: this.calls, clock: this.clock, watch: this.watch };
  }

  work(name: string): Work {
    const work = this.#works.get(name);
    if (work === undefined) throw new Fault("tool.unknown", `Cannot find tool ${name}`);
    return work;
  }

  async start(caller: Caller, request: Partial<CallStart> & { tool: string }): Promise<ListedCall> {
    const whole = { input: {}, ...request };
    return await this.calls.start({
      caller,
      request: whole,
      work: this.work(request.tool),
      input: whole.input,
      traceparent: newTraceparent(),
    });
  }

  /** The call once it has ended. */
  async ended(call: CallId): Promise<CallView> {
    for (;;) {
      const row = await this.store.call({ call });
      if (row !== undefined && hasEnded(row.state.phase)) {
        return await this.calls.get(someone(row.principal), call);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      using _hint = this.journal.listen(call, resolve);
      const again = await this.store.call({ call });
      if (again !== undefined && !hasEnded(again.state.phase)) await promise;
    }
  }

  /** Every event of the call, as a reader sees them. */
  async events(call: CallId): Promise<CallEvent[]> {
    const events: CallEvent[] = [];
    for (let after = 0; ; ) {
      const slice = await this.journal.read(call, after, 1_000_000);
      events.push(...slice.events.map(({ text }) => JSON.parse(text) as CallEvent));
      after = slice.events.at(-1)?.seq ?? slice.gap?.to ?? after;
      if (after >= slice.head) return events;
    }
  }

  async types(call: CallId): Promise<string[]> {
    return (await this.events(call)).map(({ type }) => type);
  }

  /** Held permits over all classes. */
  get held(): number {
    return Object.values(this.admission.counts()).reduce((sum, { held, quarantined }) => sum + held + quarantined, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.calls.drain(0);
    this.presences[Symbol.dispose]();
    await this.store[Symbol.asyncDispose]();
  }
}

/** The core on a data folder of its own, for as long as the body runs. */
export async function withCore(
  options: Partial<CoreOptions> & { works: readonly Work[] },
  body: (core: Core) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using core = await Core.open({ clock: new SystemClock(), folder: folder.path, ...options });
  await body(core);
}

/** A data folder that goes with the test. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "exai-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A tool whose run is the given function. */
export function workOf(name: string, run: Work["run"], more: Partial<Work> = {}): Work {
  return {
    name,
    scope: "tools",
    lane: "work",
    idempotent: false,
    resumable: false,
    onDisconnect: "keep",
    version: "1",
    timeoutMs: () => 60_000,
    run,
    ...more,
  };
}
