import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { readOutput } from "../../../test/support/read-output.ts";
import type { Clock } from "../../base/clock.ts";
import type { CallId, PrincipalId, SessionId } from "../../protocol/ids.ts";
import { endOf } from "./output-cursor.ts";
import type { LogView, OutputLog, OutputWriter, Overflow, Piece } from "./output-log.ts";

export interface LogSettings {
  caps: { perCall: number; perPrincipal: number; all: number };
  bytesPerSecond: number;
  clock: Clock;
}

/** A place for logs that survives what is opened on it. */
export interface LogPlace extends AsyncDisposable {
  open(settings: LogSettings): Promise<OutputLog>;
}

const KiB = 1024;
const theCall = "call-1" as CallId;
const anna = "anna" as PrincipalId;
const bert = "bert" as PrincipalId;
const noHurry = 2 ** 40;

function settings(caps: Partial<LogSettings["caps"]> = {}, more: Partial<LogSettings> = {}): LogSettings {
  const wide = { perCall: 1024 * KiB, perPrincipal: 8192 * KiB, all: 8192 * KiB };
  return { caps: { ...wide, ...caps }, bytesPerSecond: noHurry, clock: new ManualClock(), ...more };
}

/** Bytes that tell where they stand. */
function bytesFrom(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => ((offset + n) * 31) % 251);
}

function open(log: OutputLog, call = theCall, principal = anna, overflow: Overflow = "drop_oldest") {
  return log.open({ call, principal, overflow });
}

/** Everything from `offset` on, read in small portions; fails where pieces do not follow each other. */
async function readAll(log: OutputLog, call: CallId, offset: number): Promise<Piece[]> {
  const pieces = await readOutput(log, call, offset, 10_000);
  let at = offset;
  for (const piece of pieces) {
    expect(piece.offset).toBe(at);
    at = endOf(piece);
  }
  return pieces;
}

function dataOf(pieces: readonly Piece[], channel?: number): Buffer {
  const data = pieces.filter((piece) => piece.kind === "data");
  return Buffer.concat(data.filter((piece) => channel === undefined || piece.channel === channel).map((p) => p.bytes));
}

async function writeMany(writer: OutputWriter, total: number, each: number): Promise<void> {
  for (let at = 0; at < total; at += each) await writer.write(1, bytesFrom(at, each));
}

/** Runs what is ready, without letting time pass. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
}

/** What every log of output keeps. */
export function outputLogContract(place: () => Promise<LogPlace>): void {
  promise("proc.output", "bytes read back as they were written, in order, the channels told apart", async () => {
    await using here = await place();
    await using log = await here.open(settings());
    const writer = await open(log);
    await writer.write(1, Buffer.from("out "));
    await writer.write(2, Uint8Array.of(0xff, 0x00, 0xfe));
    await writer.write(1, bytesFrom(0, 300_000));
    const pieces = await readAll(log, theCall, 0);
    expect(dataOf(pieces, 1).equals(Buffer.concat([Buffer.from("out "), bytesFrom(0, 300_000)]))).toBe(true);
    expect([...dataOf(pieces, 2)]).toEqual([0xff, 0x00, 0xfe]);
    expect(await log.view(theCall)).toEqual({ base: 0, end: 300_007 });
    expect(dataOf(await readAll(log, theCall, 5)).subarray(0, 2)).toEqual(Buffer.from([0x00, 0xfe]));
  });

  promise("proc.output", "what a write has answered can be read at once, from every offset", async () => {
    await using here = await place();
    await using log = await here.open(settings());
    const writer = await open(log);
    for (const at of [0, 1, 2, 3, 4]) {
      expect(await writer.write(1, bytesFrom(at * 20_000, 20_000))).toBe("ok");
      for (const offset of [0, at * 20_000, at * 20_000 + 19_999])
        expect(dataOf(await readAll(log, theCall, offset)).equals(bytesFrom(offset, (at + 1) * 20_000 - offset))).toBe(
          true,
        );
    }
  });

  test("many writes of a byte each, on both channels in turn, stay small and keep their order", async () => {
    await using here = await place();
    await using log = await here.open(settings());
    const writer = await open(log);
    await Promise.all(
      Array.from({ length: 20_000 }, (_, n) => writer.write(n % 2 === 0 ? 1 : 2, Uint8Array.of(n % 256))),
    );
    const pieces = await readAll(log, theCall, 0);
    expect(dataOf(pieces).every((byte, n) => byte === n % 256)).toBe(true);
    expect(dataOf(pieces, 2).length).toBe(10_000);
  });

  test("a reader is told when there is more, and when there will be no more", async () => {
    await using here = await place();
    await using log = await here.open(settings());
    const looks: Promise<LogView | undefined>[] = [];
    using _following = log.follow(theCall, () => void looks.push(log.view(theCall)));
    const writer = await open(log);
    await writer.write(1, new Uint8Array(10));
    await writer.write(1, new Uint8Array(10));
    const view = await writer.seal({ code: 3, signal: 0 });
    expect(view).toEqual({ base: 0, end: 20, exit: { code: 3, signal: 0 } });
    expect(await writer.seal({ code: 9, signal: 0 })).toEqual(view);
    expect((await Promise.all(looks)).map((look) => look?.end)).toEqual([10, 20, 20]);
    expect(await writer.write(1, new Uint8Array(1))).toBe("overflow");
  });

  test("a sealed log, and its exit, is there after a restart", async () => {
    await using here = await place();
    const first = await here.open(settings());
    const writer = await open(first);
    await writeMany(writer, 400_000, 10_000);
    await writer.write(2, Buffer.from("last"));
    await writer.seal({ code: null, signal: 15 });
    await first[Symbol.asyncDispose]();
    await using second = await here.open(settings());
    expect(await second.view(theCall)).toEqual({ base: 0, end: 400_004, exit: { code: null, signal: 15 } });
    const pieces = await readAll(second, theCall, 123_456);
    expect(dataOf(pieces, 2).toString()).toBe("last");
    expect(dataOf(pieces, 1).subarray(0, 100)).toEqual(
      Buffer.from(bytesFrom(3456, 100)).fill(dataOf(pieces, 1).subarray(0, 100)),
    );
    expect(second.size()).toBe(first.size());
  });

  promise("leak.disk", "a log keeps its newest bytes, within its cap, and says what is gone", async () => {
    await using here = await place();
    await using log = await here.open(settings({ perCall: 64 * KiB }));
    const writer = await open(log);
    for (let at = 0; at < 1000 * KiB; at += KiB) {
      await writer.write(1, bytesFrom(at, KiB));
      expect(log.size()).toBeLessThanOrEqual(64 * KiB);
    }
    const { base, end } = await writer.seal({ code: 0, signal: 0 });
    expect(end).toBe(1000 * KiB);
    expect(end - base).toBeGreaterThan(48 * KiB);
    const [hole, ...rest] = await readAll(log, theCall, 5);
    expect(hole).toEqual({ kind: "hole", offset: 5, to: base });
    expect(dataOf(rest).equals(bytesFrom(base, end - base))).toBe(true);
  });

  promise(
    "leak.disk",
    "a principal's logs keep within its cap, and all logs within theirs: the oldest ended go first",
    async () => {
      await using here = await place();
      await using log = await here.open(settings({ perCall: 64 * KiB, perPrincipal: 128 * KiB, all: 160 * KiB }));
      const write = async (call: string, principal: PrincipalId) => {
        const writer = await open(log, call as CallId, principal);
        await writeMany(writer, 60 * KiB, KiB);
        expect(log.size()).toBeLessThanOrEqual(160 * KiB);
        return await writer.seal({ code: 0, signal: 0 });
      };
      await write("b1", bert);
      for (const call of ["a1", "a2", "a3"]) await write(call, anna);
      expect((await log.view("a1" as CallId))?.base).toBe(60 * KiB);
      expect(await readAll(log, "a1" as CallId, 0)).toEqual([{ kind: "hole", offset: 0, to: 60 * KiB }]);
      expect((await log.view("b1" as CallId))?.base).toBe(60 * KiB);
      expect((await log.view("a3" as CallId))?.base).toBe(0);
    },
  );

  test("under kill the write that finds no room answers overflow, and what was written stays", async () => {
    await using here = await place();
    await using log = await here.open(settings({ perCall: 32 * KiB }));
    const writer = await open(log, theCall, anna, "kill");
    let written = 0;
    while ((await writer.write(1, bytesFrom(written, KiB))) === "ok") written += KiB;
    expect(written).toBeGreaterThan(24 * KiB);
    expect(await writer.write(1, new Uint8Array(1))).toBe("overflow");
    const { base, end } = await writer.seal({ code: null, signal: 9 });
    expect(base).toBe(0);
    expect(end).toBeGreaterThanOrEqual(written);
    expect(dataOf(await readAll(log, theCall, 0)).equals(bytesFrom(0, end))).toBe(true);
  });

  test("under block the writer waits for its reader, and nothing unread is thrown away", async () => {
    await using here = await place();
    await using log = await here.open(settings({ perCall: 32 * KiB }));
    const writer = await open(log, theCall, anna, "block");
    const writing = writeMany(writer, 256 * KiB, KiB);
    let at = 0;
    const taken: Piece[] = [];
    for (let room = true; room; ) {
      const more = Promise.withResolvers<void>();
      using _following = log.follow(theCall, more.resolve);
      const pieces = await readAll(log, theCall, at);
      if (pieces.length === 0) await more.promise;
      taken.push(...pieces);
      at += dataOf(pieces).length;
      log.consumed(theCall, at, {});
      room = at < 256 * KiB;
    }
    await writing;
    expect(taken.every(({ kind }) => kind === "data")).toBe(true);
    expect(dataOf(taken).equals(bytesFrom(0, 256 * KiB))).toBe(true);
  });

  test("under block others than the starter count only once it has left, with all that they read before", async () => {
    await using here = await place();
    await using log = await here.open(settings({ perCall: 32 * KiB }));
    const starter = "session-1" as SessionId;
    const writer = await log.open({ call: theCall, principal: anna, overflow: "block", starter });
    const states: string[] = [];
    const write = (bytes: number) => writer.write(1, new Uint8Array(bytes)).then((word) => void states.push(word));
    await write(24 * KiB);
    const second = write(24 * KiB);
    for (const reader of [{}, { session: "session-2" as SessionId }]) log.consumed(theCall, 24 * KiB, reader);
    await turns();
    expect(states).toEqual(["ok"]);
    log.consumed(theCall, 24 * KiB, { session: starter });
    await second;
    const third = write(24 * KiB);
    log.consumed(theCall, 48 * KiB, {});
    await turns();
    expect(states).toEqual(["ok", "ok"]);
    writer.waitForAnybody();
    await third;
    expect(states).toEqual(["ok", "ok", "ok"]);
    expect(await writer.seal({ code: 0, signal: 0 })).toMatchObject({ end: 72 * KiB });
  });

  test("under block a seal frees the writer that waits", async () => {
    await using here = await place();
    await using log = await here.open(settings({ perCall: 8 * KiB }));
    const writer = await open(log, theCall, anna, "block");
    const write = writer.write(1, bytesFrom(0, 64 * KiB));
    await turns();
    await writer.seal({ code: null, signal: 9 });
    expect(await write).toBe("overflow");
  });

  test("without a reader near its end a flood goes at its rate, with one at full speed", async () => {
    await using here = await place();
    const clock = new ManualClock();
    await using log = await here.open(settings({}, { bytesPerSecond: 100_000, clock }));
    const writer = await open(log);
    let written = 0;
    const flood = (async () => {
      while ((await writer.write(1, new Uint8Array(1000))) === "ok") written += 1000;
    })();
    const reached = async (bytes: number) => {
      while (written < bytes) await new Promise(setImmediate);
    };
    /** Until the flood waits for its time, however long the disk takes. */
    const held = async () => {
      while (clock.waiting === 0) await new Promise(setImmediate);
    };
    await held();
    const atFirst = written;
    expect(atFirst).toBeLessThan(20_000);
    for (let ms = 0; ms < 1000; ms += 10) {
      await clock.advance(10);
      await held();
    }
    expect(written).toBeGreaterThan(50_000);
    expect(written).toBeLessThanOrEqual(100_000 + atFirst + 1000);
    using reader = log.follow(theCall, () => {});
    reader.reached(1_000_000);
    await reached(400_000);
    reader[Symbol.dispose]();
    await writer.seal({ code: 0, signal: 0 });
    await flood;
    expect(clock.waiting).toBe(0);
  });

  promise("leak.handle", "a removed log is gone with its bytes; one that is still written stays", async () => {
    await using here = await place();
    await using log = await here.open(settings());
    const writer = await open(log);
    await writer.write(1, bytesFrom(0, 5000));
    await log.remove([theCall]);
    expect((await log.view(theCall))?.end).toBe(5000);
    await writer.seal({ code: 0, signal: 0 });
    await log.remove([theCall, "unknown" as CallId]);
    expect(await log.view(theCall)).toBeUndefined();
    expect(await log.read(theCall, 0, 100)).toBeUndefined();
    expect(log.size()).toBe(0);
  });
}
