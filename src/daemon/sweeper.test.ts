import { expect } from "vitest";
import { promise } from "../../test/promise.ts";
import { Core, someone, temporaryFolder, Watched, workOf } from "../../test/support/core.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { OutputLog } from "../core/processes/output-log.ts";
import type { CallId } from "../protocol/ids.ts";
import { keepMs, Sweeper } from "./sweeper.ts";

const ada = someone("ada");
const answers = workOf("answers", async () => ({ content: "x".repeat(2000) }));

async function sweeping(
  maxBytes: number,
  body: (parts: { core: Core; clock: ManualClock; sweeper: Sweeper; gone: CallId[]; watch: Watched }) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const clock = new ManualClock();
  await using core = await Core.open({ clock, folder: folder.path, works: [answers] });
  const gone: CallId[] = [];
  const outputs = {
    size: () => 0,
    remove: async (calls: CallId[]) => void gone.push(...calls),
  } as Partial<OutputLog> as OutputLog;
  const watch = new Watched();
  await using sweeper = new Sweeper({
    store: core.store,
    outputs,
    clock,
    watch,
    maxBytes,
    followed: () => core.journal.followed(),
  });
  await body({ core, clock, sweeper, gone, watch });
}

promise("leak.disk", "an ended call goes after its time with its output, and one that is followed stays", async () => {
  await sweeping(2 ** 40, async ({ core, clock, sweeper, gone }) => {
    const [old, followed] = await Promise.all([
      core.start(ada, { tool: "answers" }),
      core.start(ada, { tool: "answers" }),
    ]);
    await Promise.all([core.ended(old.id), core.ended(followed.id)]);
    using _reader = core.journal.listen(followed.id, () => {});
    clock.jumpWall(keepMs + 1000);
    expect(await sweeper.sweep()).toBe(1);
    expect(gone).toEqual([old.id]);
    expect((await core.calls.list(ada, { limit: 10 })).map(({ call }) => call)).toEqual([followed.id]);
  });
});

promise("leak.disk", "beyond the cap the oldest ended calls go first", async () => {
  await sweeping(1, async ({ core, sweeper, gone }) => {
    const rows = await Promise.all(Array.from({ length: 250 }, () => core.start(ada, { tool: "answers" })));
    for (const { id } of rows) await core.ended(id);
    expect(await sweeper.sweep()).toBe(250);
    expect(gone).toEqual(rows.map(({ id }) => id).toSorted());
  });
});

promise("say.no-swallow", "a round that fails is told with its place, and the next one comes", async () => {
  await sweeping(2 ** 40, async ({ core, clock, watch }) => {
    await core.store[Symbol.asyncDispose]();
    await clock.advance(60_000);
    while (watch.swallows.length === 0) await new Promise(setImmediate);
    expect(watch.swallows).toEqual(["sweep"]);
    expect(clock.waiting).toBe(1);
  });
});
