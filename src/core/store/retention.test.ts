import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { CallId } from "../../protocol/ids.ts";
import { keepMs, Retention } from "./retention.ts";

const ada = someone("ada");
const answers = workOf("answers", async () => ({ content: "x".repeat(2000) }));

async function retaining(
  maxBytes: number,
  body: (parts: { core: Core; clock: ManualClock; retention: Retention; gone: CallId[] }) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const clock = new ManualClock();
  await using core = await Core.open({ clock, folder: folder.path, works: [answers] });
  const gone: CallId[] = [];
  const outputs = { size: () => 0, remove: async (calls: readonly CallId[]) => void gone.push(...calls) };
  const followed = () => core.journal.followed();
  const retention = new Retention({ store: core.store, outputs, clock, maxBytes, followed });
  await body({ core, clock, retention, gone });
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
