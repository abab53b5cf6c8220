import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { temporaryFolder } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { openSpoolOutputLog } from "../../adapters/output/spool/spool-output-log.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import type { OutputLog } from "./output-log.ts";
import { pageOf } from "./output-page.ts";

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

/** The same output, of which more is written, and more thrown away, behind each read. */
function overtakenBy(outputs: OutputLog, writeMuch: () => Promise<void>): Parameters<typeof pageOf>[0] {
  return {
    peek: () => undefined,
    follow: (...asked) => outputs.follow(...asked),
    read: async (...asked) => {
      const excerpt = await outputs.read(...asked);
      await writeMuch();
      return excerpt;
    },
  };
}
