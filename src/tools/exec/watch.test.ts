import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { CommandLimits } from "../../core/processes/commands/command.ts";
import type { OutputChunk, ProcessUsage } from "../../core/processes/process-host.ts";
import { Watch } from "./watch.ts";

const chunk = (text: string): OutputChunk => ({ channel: "stdout", bytes: Buffer.from(text) });
const none = { cpuMs: 0, memoryBytes: 0, processes: 1 };

/** A watch over output that a test writes, and a usage that it sets. */
class Watched implements Disposable {
  readonly clock = new ManualClock();
  readonly watch: Watch;
  readonly chunks: AsyncGenerator<OutputChunk, void, undefined>;
  usage: ProcessUsage | undefined = none;
  broke: unknown;
  #written = Promise.withResolvers<OutputChunk>();

  constructor(limits: CommandLimits, loginFailure: readonly RegExp[] = []) {
    const child = { usage: async () => this.usage };
    this.watch = new Watch({ command: "it", limits, loginFailure, child, clock: this.clock });
    this.watch.breached.catch((fault) => {
      this.broke = fault;
    });
    this.chunks = this.watch.over(this.#source());
  }

  /** The command writes, and whoever reads takes it. */
  async write(text: string): Promise<void> {
    const taken = this.chunks.next();
    this.#written.resolve(chunk(text));
    await taken;
    this.#written = Promise.withResolvers();
  }

  /** Whoever reads asks for more. */
  ask(): void {
    void this.chunks.next();
  }

  async *#source(): AsyncGenerator<OutputChunk, void, undefined> {
    for (;;) yield await this.#written.promise;
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]();
    expect(this.clock.waiting).toBe(0);
  }
}

test("a command that writes nothing for its time is silent, and each byte begins the time anew", async () => {
  using it = new Watched({ idleMs: 1000 });
  await it.clock.advance(900);
  await it.write("a");
  it.ask();
  await it.clock.advance(900);
  expect(it.broke).toBeUndefined();
  await it.clock.advance(100);
  expect(it.broke).toMatchObject({ code: "process.silent", facts: { limit: "idleMs", allowed: 1000 } });
});

test("output that waits for its reader is no silence, and neither is a pause", async () => {
  using it = new Watched({ idleMs: 1000 });
  await it.write("a");
  await it.clock.advance(10_000);
  it.ask();
  await it.clock.advance(500);
  it.watch.paused();
  await it.clock.advance(10_000);
  it.watch.resumed();
  await it.clock.advance(999);
  expect(it.broke).toBeUndefined();
  await it.clock.advance(1000);
  expect(it.broke).toMatchObject({ code: "process.silent" });
});

test("a pause ends after a quarter of an hour, or as long as the entry says, and the command with it", async () => {
  for (const [limits, allowed] of [
    [{}, 900_000],
    [{ pauseMs: 5000 }, 5000],
  ] as const) {
    using it = new Watched(limits);
    it.watch.paused();
    await it.clock.advance(allowed - 1);
    it.watch.resumed();
    await it.clock.advance(allowed);
    it.watch.paused();
    await it.clock.advance(allowed - 1);
    expect(it.broke).toBeUndefined();
    await it.clock.advance(1);
    expect(it.broke).toMatchObject({ code: "process.pause-limit", facts: { allowed } });
  }
});

test("one byte more than it may write ends a command", async () => {
  using it = new Watched({ outputBytes: 10 });
  await it.write("12345");
  await it.write("67890");
  expect(it.broke).toBeUndefined();
  await it.write("1");
  expect(it.broke).toMatchObject({ code: "output.overflow", facts: { limit: "outputBytes", allowed: 10 } });
});

test("what the whole tree uses is looked at every second, each limit with its own fault", async () => {
  for (const [limits, usage, code] of [
    [{ cpuMs: 100 }, { ...none, cpuMs: 101 }, "process.cpu-limit"],
    [{ memoryBytes: 100 }, { ...none, memoryBytes: 101 }, "process.memory-limit"],
    [{ processes: 2 }, { ...none, processes: 3 }, "process.count-limit"],
  ] as const) {
    using it = new Watched(limits);
    await it.clock.advance(5000);
    it.usage = undefined;
    await it.clock.advance(1000);
    expect(it.broke).toBeUndefined();
    it.usage = usage;
    await it.clock.advance(1000);
    expect(it.broke).toMatchObject({ code });
  }
});

test("a login that failed is found across the pieces in which it is written, and not late in the output", async () => {
  const patterns = [/Please run \/login/];
  using it = new Watched({}, patterns);
  await it.write("… Please ru");
  await it.write("n /login now");
  expect(it.broke).toMatchObject({ code: "process.login-failed", facts: { command: "it", said: "Please run /login" } });
  using late = new Watched({}, patterns);
  await late.write("x".repeat(40_000));
  await late.write("Please run /login");
  expect(late.broke).toBeUndefined();
});
