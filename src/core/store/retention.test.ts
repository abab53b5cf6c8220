import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import { keepMs } from "../../protocol/keep-ms.ts";
import { Retention } from "./retention.ts";
import { Room, withinRoom } from "./room.ts";

const ada = someone("ada");
const answers = workOf("answers", async () => ({ content: "x".repeat(2000) }));
const waits = workOf("waits", async ({ signal }) => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return { content: "" };
});

interface Retaining {
  core: Core;
  clock: ManualClock;
  room: Room;
  retention: Retention;
  gone: CallId[];
  /** Ended logs that there are. */
  logs: CallId[];
}

async function retaining(maxBytes: number, body: (parts: Retaining) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const clock = new ManualClock();
  const room = new Room({ maxBytes });
  await using core = await Core.open({
    clock,
    folder: folder.path,
    works: [answers, waits],
    wrapStore: (store) => withinRoom(store, room),
  });
  const gone: CallId[] = [];
  const logs: CallId[] = [];
  const outputs = {
    held: () => [],
    ended: async () => logs,
    remove: async (calls: readonly CallId[]) => void gone.push(...calls),
  };
  const followed = () => core.journal.followed();
  const retention = new Retention({ store: core.store, outputs, clock, room, followed });
  await body({ core, clock, room, retention, gone, logs });
}

promise("leak.disk", "an ended call goes after its time with its output, and one that is followed stays", async () => {
  await retaining(2 ** 40, async ({ core, clock, retention, gone }) => {
    const [old, followed] = await Promise.all([
      core.start(ada, { tool: "answers" }),
      core.start(ada, { tool: "answers" }),
    ]);
    await Promise.all([core.ended(old.id), core.ended(followed.id)]);
    using _reader = core.journal.listen(followed.id, () => {});
    clock.jumpWall(keepMs + 1000);
    expect(await retention.sweep()).toBe(1);
    expect(gone).toEqual([old.id]);
    expect((await core.calls.list(ada, { limit: 10 })).map(({ call }) => call)).toEqual([followed.id]);
  });
});

promise("leak.disk", "beyond the cap the oldest ended calls go first", async () => {
  await retaining(1, async ({ core, retention, gone }) => {
    const rows = await Promise.all(Array.from({ length: 250 }, () => core.start(ada, { tool: "answers" })));
    for (const { id } of rows) await core.ended(id);
    expect(await retention.sweep()).toBe(250);
    expect(gone).toEqual(rows.map(({ id }) => id).toSorted());
  });
});

promise(
  "leak.disk",
  "beyond the cap a new call is refused, what runs ends all the same, and room lets calls in again",
  async () => {
    await retaining(30_000, async ({ core, room, retention }) => {
      const woken: string[] = [];
      using _told = room.onPassed(() => woken.push("woken"));
      const large = await core.start(ada, { tool: "waits", input: { text: "x".repeat(40_000) } });
      expect(woken).toHaveLength(1);
      await retention.sweep();
      expect(await core.start(ada, { tool: "answers" }).catch((error: unknown) => error)).toMatchObject({
        code: "store.full",
        facts: { maxBytes: 30_000, share: 30_000 },
      });
      await core.calls.control(ada, large.id, "cancel");
      expect((await core.ended(large.id)).phase).toBe("cancelled");
      await retention.sweep();
      await core.ended((await core.start(ada, { tool: "answers" })).id);
    });
  },
);

promise("leak.disk", "a folder that one user filled is full for that user, and for no other", async () => {
  await retaining(50_000, async ({ core, retention, gone }) => {
    const bob = someone("bob");
    const old = await core.start(ada, { tool: "answers" });
    await core.ended(old.id);
    await core.start(bob, { tool: "waits", input: { text: "x".repeat(60_000) } });
    await retention.sweep();
    const refused = await core.start(bob, { tool: "answers" }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "store.full", facts: { share: 25_000, held: expect.any(Number) } });
    for (const who of [ada, someone("eve")]) {
      const started = await core.start(who, { tool: "answers" }).catch((error: unknown) => error);
      expect(started).toMatchObject({ principal: who.principal, tool: "answers" });
    }
    expect(gone).toEqual([]);
  });
});

promise(
  "leak.disk",
  "what passes the cap is brought well below it, so that not every call passes it again",
  async () => {
    await retaining(100_000, async ({ core, room, retention }) => {
      for (let n = 0; n < 60 && !room.isPassed; n++) await core.ended((await core.start(ada, { tool: "answers" })).id);
      expect(room.isPassed).toBe(true);
      expect(await retention.sweep()).toBeGreaterThan(2);
      await core.ended((await core.start(ada, { tool: "answers" })).id);
      expect(room.isPassed).toBe(false);
    });
  },
);

promise("leak.disk", "output whose call is gone goes", async () => {
  await retaining(2 ** 40, async ({ core, retention, gone, logs }) => {
    const { id } = await core.start(ada, { tool: "answers" });
    await core.ended(id);
    logs.push(id, "a-call-that-is-gone" as CallId);
    await retention.sweep();
    expect(gone).toEqual(["a-call-that-is-gone"]);
  });
});
