import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { Entry } from "../store.ts";
import { accepted, begin, callNamed, entry, type OpenStore, startedAt, succeeded } from "./fixture.ts";

const c1 = callNamed("c1");

/** Appending to a call: numbers, fences, endings. */
export function appendContract(open: OpenStore): void {
  promise("lost.seq", "appends are numbered one after the other, also those of one moment", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const answers = await Promise.all(
      [1, 2, 3].map((n) =>
        opened.store.append({
          call: c1,
          fence,
          entries: [entry("call.progress", { message: `${n}a` }), entry("call.progress", { message: `${n}b` })],
        }),
      ),
    );
    expect(answers.map((answer) => answer.kind === "ok" && answer.from)).toEqual([2, 4, 6]);
    const { head, rows } = await opened.store.journal({ call: c1, after: 0, maxBytes: 10_000 });
    expect(head).toBe(7);
    const numbers = rows.flatMap((row) => row.entries.map((_, index) => row.from + index));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const messages = rows.flatMap((row) => row.entries.map((each) => JSON.parse(each.data).message));
    expect(messages.slice(1)).toEqual(["1a", "1b", "2a", "2b", "3a", "3b"]);
  });

  test("an append answers the state that the call is in then", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const entries = [entry("call.queued", { place: 1 }), entry("call.started", { attempt: 1 })];
    const state = { phase: "running", seq: 3, attempts: 1 };
    expect(await opened.store.append({ call: c1, fence, entries })).toMatchObject({ kind: "ok", from: 2, state });
    expect(await opened.store.call({ call: c1 })).toMatchObject({ state, endedAt: null, ending: null });
  });

  test("an append of nothing writes nothing", async () => {
    await using opened = await open();
    const { fence, state } = await begin(opened.store, "c1");
    expect(await opened.store.append({ call: c1, fence, entries: [] })).toEqual({
      kind: "ok",
      from: 2,
      state,
      bytes: 0,
    });
    expect(await opened.store.journal({ call: c1, after: 1, maxBytes: 1000 })).toEqual({ head: 1, rows: [] });
  });

  test("one event that may not follow refuses the whole append", async () => {
    await using opened = await open();
    const { fence, state } = await begin(opened.store, "c1");
    const entries = [entry("call.started", { attempt: 1 }), entry("call.resumed")];
    expect(await opened.store.append({ call: c1, fence, entries })).toEqual({ kind: "refused", state });
    expect(await opened.store.journal({ call: c1, after: 0, maxBytes: 1000 })).toMatchObject({ head: 1 });
  });

  test("an append to an unknown call is refused", async () => {
    await using opened = await open();
    const answer = await opened.store.append({ call: c1, fence: 1, entries: [succeeded()] });
    expect(answer).toEqual({ kind: "refused", state: undefined });
  });

  test("who lost the call can no longer write to it", async () => {
    await using opened = await open();
    const before = await begin(opened.store, "c1");
    const claimed = await opened.store.claim({ call: c1 });
    expect(claimed).toMatchObject({ id: "c1", state: before.state });
    expect(claimed?.fence).toBeGreaterThan(before.fence);
    const zombie = await opened.store.append({ call: c1, fence: before.fence, entries: [succeeded("zombie")] });
    expect(zombie).toEqual({ kind: "refused", state: before.state });
    const owner = await opened.store.append({ call: c1, fence: claimed?.fence ?? 0, entries: [succeeded("owner")] });
    expect(owner.kind).toBe("ok");
  });

  test("an ended call and an unknown one cannot be claimed", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    await opened.store.append({ call: c1, fence, entries: [succeeded()] });
    expect(await opened.store.claim({ call: c1 })).toBeUndefined();
    expect(await opened.store.claim({ call: callNamed("c2") })).toBeUndefined();
  });

  endings(open);
}

function endings(open: OpenStore): void {
  promise("lost.terminal-once", "of endings that race, the first is kept and the others are refused", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const racing: Entry[] = [succeeded("first"), entry("call.failed"), entry("call.expired"), succeeded("last")];
    const answers = await Promise.all(racing.map((each) => opened.store.append({ call: c1, fence, entries: [each] })));
    expect(answers.map((answer) => answer.kind)).toEqual(["ok", "refused", "refused", "refused"]);
    expect(answers.map((answer) => answer.state?.phase)).toEqual(Array(4).fill("succeeded"));
    const { head, rows } = await opened.store.journal({ call: c1, after: 1, maxBytes: 1000 });
    expect({ head, rows }).toEqual({ head: 2, rows: [{ from: 2, entries: [succeeded("first")] }] });
  });

  promise("lost.terminal-once", "nothing follows an ending, whatever the fence", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    await opened.store.append({ call: c1, fence, entries: [succeeded()] });
    for (const later of [fence, fence + 1, fence + 100]) {
      const entries = [entry("call.progress", { message: "more" })];
      expect(await opened.store.append({ call: c1, fence: later, entries })).toMatchObject({ kind: "refused" });
    }
    expect(await opened.store.append({ call: c1, fence: fence + 1, entries: [] })).toMatchObject({ kind: "refused" });
  });

  promise("lost.terminal-once", "two endings in one append are refused together", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const entries = [succeeded("first"), succeeded("second")];
    expect(await opened.store.append({ call: c1, fence, entries })).toMatchObject({ kind: "refused" });
    expect(await opened.store.call({ call: c1 })).toMatchObject({ state: { phase: "accepted" } });
  });

  test("once it is being cancelled only that cause's ending is left, also after a restart", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const cancelling = entry("call.cancelling", { by: "deadline" });
    await opened.store.append({ call: c1, fence, entries: [cancelling] });
    const store = await opened.reopen();
    const refused = await store.append({ call: c1, fence, entries: [succeeded()] });
    expect(refused).toMatchObject({ kind: "refused", state: { phase: "cancelling", cancelling: "deadline" } });
    const expired = await store.append({ call: c1, fence, entries: [entry("call.expired")] });
    expect(expired).toMatchObject({ kind: "ok", state: { phase: "expired" } });
  });

  test("a command that cannot be killed ends its call as failed, whatever the cause", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    await opened.store.append({ call: c1, fence, entries: [entry("call.cancelling", { by: "caller" })] });
    const other = entry("call.failed", { fault: { code: "internal" } });
    expect(await opened.store.append({ call: c1, fence, entries: [other] })).toMatchObject({ kind: "refused" });
    const unkillable = entry("call.failed", { fault: { code: "process.unkillable" } });
    expect(await opened.store.append({ call: c1, fence, entries: [unkillable] })).toMatchObject({ kind: "ok" });
  });

  test("an ended call carries its ending, also after a restart", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1", { entries: [accepted(), entry("call.started")] });
    const ending = succeeded("line\nbreak", startedAt + 5);
    await opened.store.append({ call: c1, fence, entries: [entry("call.progress"), ending] });
    const store = await opened.reopen();
    expect(await store.call({ call: c1 })).toMatchObject({
      state: { phase: "succeeded", seq: 4, attempts: 1 },
      acceptedAt: startedAt,
      endedAt: startedAt + 5,
      ending: ending.data,
    });
    expect(await store.unended({ limit: 10 })).toEqual([]);
  });
}
