import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { readOutput } from "../../../../test/support/read-output.ts";
import { SystemClock } from "../../../base/clock.ts";
import { type LogPlace, outputLogContract } from "../../../core/processes/output-log.contract.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import { openSpoolOutputLog } from "./spool-output-log.ts";

const clock = new SystemClock();
const bytesPerSecond = 2 ** 40;
const call = "call-1" as CallId;
const principal = "anna" as PrincipalId;
const request = { call, principal, overflow: "drop_oldest" } as const;

async function place(): Promise<LogPlace> {
  const folder = await mkdtemp(join(tmpdir(), "exai-spool-"));
  return {
    open: (settings) => openSpoolOutputLog({ folder, ...settings }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

describe("SpoolOutputLog", () => outputLogContract(place));

describe("the spool's files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "exai-spool-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Files of the spool that this process holds open. */
  async function held(): Promise<string[]> {
    const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
    return (await Promise.all(links)).filter((target) => target.startsWith(folder));
  }

  async function bytesOnDisk(): Promise<number> {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".seg"));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  test("a log that a crash left open is sealed as killed, up to its last whole record", async () => {
    const crashed = await openSpoolOutputLog({ folder, bytesPerSecond, clock });
    const writer = await crashed.open(request);
    await writer.write(1, Buffer.from("whole"));
    await writer.write(2, Buffer.from("too"));
    const copy = join(folder, "call-2");
    await mkdir(copy);
    await writeFile(join(copy, "log.json"), JSON.stringify({ principal }));
    const [segment = ""] = (await readdir(join(folder, call))).filter((name) => name.endsWith(".seg"));
    const torn = Buffer.from([100, 0, 0, 0, 1, 0, 0xc0, 0x5e, 1, 2, 3]);
    await writeFile(join(copy, segment), Buffer.concat([await readFile(join(folder, call, segment)), torn]));
    await mkdir(join(folder, "call-3"));
    await writer.seal({ code: 0, signal: 0 });
    await crashed[Symbol.asyncDispose]();

    await using log = await openSpoolOutputLog({ folder, bytesPerSecond, clock });
    const lost = "call-2" as CallId;
    expect(await log.view(lost)).toEqual({ base: 0, end: 8, exit: { code: null, signal: 9 } });
    const pieces = await readOutput(log, lost);
    expect(pieces).toMatchObject([
      { offset: 0, channel: 1, bytes: Buffer.from("whole") },
      { offset: 5, channel: 2, bytes: Buffer.from("too") },
    ]);
    expect((await readdir(folder)).toSorted()).toEqual(["call-1", "call-2"]);
  });

  promise("leak.handle", "no file stays open behind a sealed, a removed or a disposed log", async () => {
    const log = await openSpoolOutputLog({
      folder,
      bytesPerSecond,
      clock,
      caps: { perCall: 40_000, perPrincipal: 1e6, all: 1e6 },
    });
    const sealed = await log.open(request);
    for (let n = 0; n < 100; n++) await sealed.write(1, new Uint8Array(1000));
    expect(await held()).toHaveLength(1);
    await log.read(call, 70_000, 100_000);
    await sealed.seal({ code: 0, signal: 0 });
    expect(await held()).toEqual([]);
    const open = await log.open({ ...request, call: "call-2" as CallId });
    await open.write(1, new Uint8Array(1000));
    await log[Symbol.asyncDispose]();
    expect(await held()).toEqual([]);
  });

  promise(
    "leak.memory",
    "of many ended logs few are at hand, and each is read from the disk when it is asked for",
    async () => {
      await using log = await openSpoolOutputLog({ folder, bytesPerSecond, clock });
      const calls = Array.from({ length: 200 }, (_, n) => `call-${1000 + n}` as CallId);
      for (const each of calls) {
        const writer = await log.open({ ...request, call: each });
        await writer.write(1, Buffer.from(each));
        await writer.seal({ code: 0, signal: 0 });
      }
      const [first = call] = calls;
      await writeFile(join(folder, first, "log.json"), JSON.stringify({ principal, exit: { code: 7, signal: 0 } }));
      expect(await log.view(first)).toMatchObject({ exit: { code: 7 } });
      for (const each of calls.slice(1))
        expect(await readOutput(log, each)).toMatchObject([{ bytes: Buffer.from(each) }]);
      expect(await log.ended({ limit: 2 })).toEqual(calls.slice(0, 2));
      expect(await log.ended({ after: calls[197] as CallId, limit: 5 })).toEqual(calls.slice(198));
    },
  );

  promise("leak.disk", "what the caps count is what lies on the disk", async () => {
    const caps = { perCall: 100_000, perPrincipal: 150_000, all: 1e6 };
    await using log = await openSpoolOutputLog({ folder, bytesPerSecond, clock, caps });
    const writers = await Promise.all(["1", "2", "3"].map((id) => log.open({ ...request, call: id as CallId })));
    for (let n = 0; n < 300; n++) await Promise.all(writers.map((writer) => writer.write(1, new Uint8Array(1000))));
    expect(log.size()).toBe(await bytesOnDisk());
    expect(log.size()).toBeLessThanOrEqual(150_000);
    expect(await log.view("1" as CallId)).toMatchObject({ end: 300_000 });
  });

  test.runIf(process.platform === "linux")(
    "a full disk is the fault of the write, and the log can still be sealed",
    async () => {
      await using log = await openSpoolOutputLog({ folder, bytesPerSecond, clock });
      await mkdir(join(folder, call));
      await symlink("/dev/full", join(folder, call, "0000000000000000.seg"));
      const writer = await log.open(request);
      await expect(writer.write(1, Buffer.from("x"))).rejects.toMatchObject({ code: "store.full" });
      await expect(writer.write(1, Buffer.from("y"))).rejects.toMatchObject({ code: "store.full" });
      expect(await writer.seal({ code: null, signal: 9 })).toEqual({
        base: 0,
        end: 0,
        exit: { code: null, signal: 9 },
      });
    },
  );

  promise("proc.output", "what the disk has not taken no reader gets", async () => {
    const caps = { perCall: 8 * 10_000, perPrincipal: 1e6, all: 1e6 };
    await using log = await openSpoolOutputLog({ folder, bytesPerSecond, clock, caps });
    const writer = await log.open(request);
    using reader = log.follow(call, () => {});
    reader.reached(0);
    // Fills the first file but for its header; the second is a disk that is full.
    const fits = Buffer.alloc(10_000 - 8);
    await symlink("/dev/full", join(folder, call, `${String(fits.length).padStart(16, "0")}.seg`));
    await writer.write(1, fits);
    const end = { view: { base: 0, end: fits.length }, pieces: [{ bytes: fits }] };
    const refused = writer.write(1, fits);
    expect(log.peek(call, 0, 100_000)).toMatchObject(end);
    await expect(refused).rejects.toMatchObject({ code: "store.full" });
    expect(log.peek(call, 0, 100_000)).toMatchObject(end);
    expect(await log.view(call)).toEqual(end.view);
  });
});
