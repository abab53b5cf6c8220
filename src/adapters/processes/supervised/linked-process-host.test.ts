import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { execHostOf, isAlive, program, Reading, stateOf } from "../../../../test/programs/programs.ts";
import { readable, waysHere } from "../../../../test/programs/ways.ts";
import { promise } from "../../../../test/promise.ts";
import { cgroupsOf } from "../../../../test/support/cgroups.ts";
import { SystemClock } from "../../../base/clock.ts";
import { processHostContract } from "../../../core/processes/process-host.contract.ts";
import type { Child, ProcessHost, Way } from "../../../core/processes/process-host.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { openLinkedProcessHost } from "./linked-process-host.ts";

const clock = new SystemClock();
const never = new AbortController().signal;
const reach = { roots: [], network: false };
const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
const { present } = process.platform === "linux" ? await waysHere() : { present: [] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-processes-"));
});

afterEach(async () => {
  expect(await cgroupsOf(folder), "cgroups left behind").toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

function open(way: Way): Promise<ProcessHost> {
  return openLinkedProcessHost({ folder, clock, among: [way], readable });
}

function run(host: ProcessHost, argv: [string, ...string[]]): Promise<Child> {
  return host.start({ call: "call-1" as CallId, argv, cwd: "/", env, reach }, never);
}

describe.each(present)("LinkedProcessHost in way %s", (way) => {
  /** All of them once; the other ways need only show that they are no different. */
  const many = way === present[0] ? 500 : 100;
  processHostContract(() => open(way));

  promise(
    "proc.races",
    "1,000 pairs of pause and resume against the end: each is answered, the exit is its own",
    async () => {
      await using host = await open(way);
      await using child = await run(host, program("slow-writer", "10", "5"));
      const pairs = Array.from({ length: 1000 }, () => [child.pause(), child.resume()]).flat();
      for (const answer of await Promise.all(pairs)) expect(["done", "gone"]).toContain(answer);
      expect(await child.exited).toMatchObject({ code: 0, signal: null });
    },
  );

  promise("proc.cancel-order", "100 cancels at once are one, and all are told its end", async () => {
    await using host = await open(way);
    await using child = await run(host, program("ends-on-sigterm"));
    await new Reading(child).until(/ready/);
    const exits = await Promise.all(Array.from({ length: 100 }, () => child.cancel({ graceMs: 60_000 })));
    expect(new Set(exits.map(({ code }) => code))).toEqual(new Set([7]));
    expect(isAlive(child.pid)).toBe(false);
  });

  promise("proc.control", "of a paused tree with a child in its own session not a byte comes more", async () => {
    await using host = await open(way);
    await using paused = await run(host, program("setsid-child"));
    await using other = await run(host, program("setsid-child"));
    const [stopped, counting] = [new Reading(paused), new Reading(other)];
    await stopped.until(/tick 5\n/);
    await counting.until(/tick 5\n/);
    expect(await paused.pause()).toBe("done");
    let next = stopped.next();
    // What was written before may be on its way.
    while (await Promise.race([next, turns(50)])) next = stopped.next();
    const written = stopped.bytes("stdout").length;
    // The other is the clock: it counts on as the paused one would.
    const ticks = counting.bytes("stdout").toString().split("\n").length;
    await counting.until(new RegExp(`^tick ${ticks + 20}$`, "m"));
    expect(stopped.bytes("stdout").length).toBe(written);
    expect(await paused.resume()).toBe("done");
    expect(await next).toBe(true);
  });

  promise("leak.process", `${many} short commands leave no zombie, no descriptor and no memory`, async () => {
    await using host = await open(way);
    const pid = execHostOf(process.pid) ?? 0;
    const batch = async (count: number) => {
      for (let left = count; left > 0; left -= 10)
        await Promise.all(
          Array.from({ length: 10 }, () => run(host, ["/bin/echo", "hi"]).then((child) => child.exited)),
        );
    };
    await batch(50);
    const before = heldBy(pid);
    await batch(many - 50);
    // The last ends are told before their pipes are closed.
    await expect.poll(() => heldBy(pid).descriptors).toBeLessThanOrEqual(before.descriptors);
    const after = heldBy(pid);
    expect(after.children.filter((child) => child.endsWith("Z"))).toEqual([]);
    // Where commands are confined one shell waits to lead the next in.
    expect(after.children.length).toBeLessThanOrEqual(way === "C" ? 0 : 1);
    expect(after.residentBytes - before.residentBytes).toBeLessThan(20e6);
  });

  promise(
    "leak.process",
    "a supervisor that is killed takes its commands along; they are told lost, the next start works",
    async () => {
      await using host = await open(way);
      await using child = await run(host, program("setsid-child"));
      const reading = new Reading(child);
      await reading.until(/tick 1\n/);
      process.kill(execHostOf(process.pid) ?? 0, "SIGKILL");
      await expect(child.exited).rejects.toMatchObject({ code: "process.host-lost" });
      await reading.rest();
      expect(isAlive(child.pid)).toBe(false);
      await expect(child.cancel({ graceMs: 0 })).rejects.toMatchObject({ code: "process.host-lost" });
      expect([await child.pause(), await child.usage()]).toEqual(["gone", undefined]);
      await using again = await run(host, program("exits-with", "3"));
      expect(await again.exited).toMatchObject({ code: 3 });
    },
  );

  promise(
    "leak.process",
    "what stands ready for the next command is none of the last, and ends with the one that spawned it",
    async () => {
      await using host = await open(way);
      await using first = await run(host, program("exits-with", "0"));
      await first.exited;
      const supervisor = execHostOf(process.pid) ?? 0;
      if (way !== "C") await expect.poll(() => heldBy(supervisor).children.length).toBe(1);
      const ready = heldBy(supervisor).children.map((child) => Number.parseInt(child, 10));
      for (const pid of ready) expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("EXAI");
      process.kill(supervisor, "SIGKILL");
      await expect.poll(() => ready.filter(isAlive)).toEqual([]);
      // The next one removes the cgroup that the killed one left.
      await expect.poll(() => works(host)).toBe(true);
    },
  );
});

describe.skipIf(process.platform !== "linux")("a supervisor that is lost", () => {
  promise(
    "run.breaker",
    "again and again is waited for, longer each time, and until then a start says when",
    async () => {
      const held = new HeldClock(500);
      await using host = await openLinkedProcessHost({ folder, clock: held, among: ["C"] });
      for (let loss = 1; loss <= 3; loss++) {
        await expect.poll(() => works(host)).toBe(true);
        await using child = await run(host, program("ignores-sigterm"));
        process.kill(execHostOf(process.pid) ?? Number.NaN, "SIGKILL");
        await expect(child.exited).rejects.toMatchObject({ code: "process.host-lost" });
      }
      const refused = { code: "process.unavailable", retry: { safe: true, afterMs: expect.any(Number) } };
      await expect(run(host, program("exits-with", "0"))).rejects.toMatchObject(refused);
      await expect(host.check()).rejects.toMatchObject(refused);
      held.release();
      await expect.poll(() => works(host)).toBe(true);
      await using child = await run(host, program("exits-with", "0"));
      expect(await child.exited).toMatchObject({ code: 0 });
    },
  );
});

/** The clock of the machine, but that timers of one length wait to be released. */
class HeldClock extends SystemClock {
  readonly #heldMs: number;
  readonly #waiting = new Set<() => void>();

  constructor(heldMs: number) {
    super();
    this.#heldMs = heldMs;
  }

  override timer(delayMs: number, fire: () => void): Disposable {
    if (delayMs !== this.#heldMs) return super.timer(delayMs, fire);
    this.#waiting.add(fire);
    return { [Symbol.dispose]: () => void this.#waiting.delete(fire) };
  }

  release(): void {
    for (const fire of this.#waiting) fire();
    this.#waiting.clear();
  }
}

async function works(host: ProcessHost): Promise<boolean> {
  return await host.check().then(
    () => true,
    () => false,
  );
}

async function turns(count: number): Promise<false> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
  return false;
}

/** What a process holds; of its children, those too that are dead and not collected. */
function heldBy(pid: number) {
  const [, resident = ""] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    residentBytes: Number(resident) * 1024,
    children: children.map((child) => `${child} ${stateOf(Number(child))}`),
  };
}
