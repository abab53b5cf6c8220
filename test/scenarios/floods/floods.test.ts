import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { statusOf } from "../http-door.ts";
import { markedProcesses } from "../marked-processes.ts";
import { mebibyte } from "../memory-of.ts";
import { Flood, floodSettings, otherCalls, readers, streamsEach, usersOf } from "./floods.ts";

const streams = readers.length * streamsEach;

promise(
  "proc.flood",
  "sixteen floods, read fast, slowly, not any more and by nobody: bounded memory, other calls answered, no byte wrong",
  async () => {
    await using daemon = await startDaemon({ env: { ...floodSettings(streams), EXAI_EXEC_MIN_CONFINEMENT: "C" } });
    const doors = await usersOf(daemon, readers.length);
    const begin = (count: number) =>
      Promise.all(doors.map((door, index) => Flood.begin(door, { reader: readers[index] ?? "gone", streams: count })));
    // What the first command of each brings with it is not the flood's.
    const warm = await begin(1);
    await otherCalls(daemon, { calls: 20 }, warm);
    for (const flood of warm) await flood[Symbol.asyncDispose]();
    const { peakBytes: before } = await otherCalls(daemon, { calls: 20 });
    await using held = new AsyncDisposableStack();
    const floods = (await begin(streamsEach)).map((flood) => held.use(flood));
    const { peakBytes, tookMs } = await otherCalls(daemon, { calls: 40 }, floods);
    expect(tookMs).toHaveLength(40);
    expect(peakBytes - before).toBeLessThan(64 * mebibyte);
    expect((await statusOf(daemon)).permits["command"]).toMatchObject({ held: streams });
    await held.disposeAsync();
    expect(floods.map(({ wrong }) => wrong)).toEqual([0, 0, 0, 0]);
    const [fast, slow, ...others] = floods.map(({ bytes }) => bytes);
    expect(fast).toBeGreaterThan(0);
    expect(slow).toBeGreaterThan(0);
    expect(others).toEqual([0, 0]);
    expect(markedProcesses(daemon.home)).toEqual([]);
  },
);
