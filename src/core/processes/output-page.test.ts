import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { temporaryFolder } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { openSpoolOutputLog } from "../../adapters/output/spool/spool-output-log.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import type { OutputLog } from "./output-log.ts";
import { logOf, pageOf } from "./output-page.ts";

const KiB = 1024;
const call = "call-1" as CallId;

promise(
  "lost.oversize",
  "a page ends where what follows it is gone by then, and the next one begins behind",
  async () => {
    await using folder = await temporaryFolder();
    const caps = { perCall: 32 * KiB, perPrincipal: 64 * KiB, all: 64 * KiB };
    const spool = { folder: folder.path, clock: new ManualClock(), caps, bytesPerSecond: 1e12 };
    await using outputs = await openSpoolOutputLog(spool);
    await using writer = await outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
    const writeMuch = async () => {
      for (let at = 0; at < 64; at += 1) await writer.write(1, new Uint8Array(KiB));
    };
    await writer.write(1, new Uint8Array(8 * KiB));
    const page = await pageOf(overtakenBy(outputs, writeMuch), call, { offset: 0, limit: 1024 * KiB });
    expect(page.length).toBeGreaterThan(0);
    expect([page.start, page.next]).toEqual([0, page.length]);
    const { base } = (await outputs.view(call)) ?? {};
    expect(base).toBeGreaterThan(page.next);
    const next = await pageOf(outputs, call, { offset: page.next, limit: 1 });
    expect([next.start, next.length]).toEqual([base, 1]);
  },
);

promise(
  "lost.oversize",
  "a page of an output that is removed just then is refused: it is not an empty one",
  async () => {
    await using folder = await temporaryFolder();
    await using outputs = await openSpoolOutputLog({
      folder: folder.path,
      clock: new ManualClock(),
      bytesPerSecond: 1e12,
    });
    const written = async () => {
      const writer = await outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
      for (let at = 0; at < 32; at += 1) await writer.write(1, new Uint8Array(32 * KiB));
      await writer.seal({ code: 0, signal: 0 });
    };
    const unknown = { code: "output.unknown", retry: { safe: false } };
    await written();
    await logOf(outputs, call);
    await outputs.remove([call]);
    await expect(pageOf(outputs, call, { offset: 0, limit: KiB })).rejects.toMatchObject(unknown);
    await written();
    const removed = overtakenBy(outputs, () => outputs.remove([call]));
    await expect(pageOf(removed, call, { offset: 0, limit: 1024 * KiB })).rejects.toMatchObject(unknown);
  },
);

/** The same output, to which something is done behind each read. */
function overtakenBy(outputs: OutputLog, act: () => Promise<void>): Parameters<typeof pageOf>[0] {
  return {
    peek: () => undefined,
    follow: (...asked) => outputs.follow(...asked),
    read: async (...asked) => {
      const excerpt = await outputs.read(...asked);
      await act();
      return excerpt;
    },
  };
}
