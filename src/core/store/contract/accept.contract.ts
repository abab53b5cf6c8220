import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { SessionId, ThreadId, TokenId } from "../../../protocol/ids.ts";
import { firstFence } from "../store.ts";
import {
  accepted,
  ann,
  begin,
  bob,
  callNamed,
  entry,
  finish,
  newCall,
  type OpenStore,
  startedAt,
  succeeded,
  token,
} from "./fixture.ts";

/** Accepting a call: keys, sharing, and that it is there afterwards. */
export function acceptContract(open: OpenStore): void {
  promise("lost.accepted", "a number that cannot be read back is refused, and leaves nothing behind", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const at of [2 ** 53, 1e300, Number.POSITIVE_INFINITY, Number.NaN]) {
      await expect(store.putToken({ token: token("t1", { expiresAt: at }) })).rejects.toMatchObject({
        code: "input.invalid",
      });
    }
    expect(await store.tokens({})).toEqual([]);
    await store.putToken({ token: token("t1", { expiresAt: Number.MAX_SAFE_INTEGER }) });
    expect(await store.tokens({})).toMatchObject([{ expiresAt: Number.MAX_SAFE_INTEGER }]);
  });

  promise("lost.accepted", "an accepted call is there with all that it was asked, also after a restart", async () => {
    await using opened = await open();
    const asked = newCall("c1", {
      token: "t1" as TokenId,
      session: "s1" as SessionId,
      thread: "a thread of Ünïcode" as ThreadId,
      parent: callNamed("c0"),
      input: JSON.stringify({ text: 'line\nbreak \u0000 \ud83d\ude00 "quoted" \\' }),
      resumable: false,
    });
    expect(await opened.store.accept(asked)).toMatchObject({ kind: "new", sharedWith: null });
    const row = {
      id: "c1",
      principal: "ann",
      token: "t1",
      session: "s1",
      tool: "echo",
      input: asked.input,
      options: asked.options,
      thread: "a thread of Ünïcode",
      parent: "c0",
      sharedWith: null,
      resumable: false,
      state: { phase: "accepted", seq: 1, attempts: 0 },
      fence: firstFence,
      acceptedAt: startedAt,
      endedAt: null,
      ending: null,
    };
    expect(await opened.store.call({ call: asked.id })).toEqual(row);
    const again = await opened.reopen();
    expect(await again.call({ call: asked.id })).toEqual(row);
    expect((await again.unended({ limit: 10 })).map((row) => row.id)).toEqual(["c1"]);
    expect(await again.journal({ call: asked.id, after: 0, maxBytes: 1000 })).toEqual({
      head: 1,
      rows: [{ from: 1, entries: asked.entries }],
    });
  });

  test("entries that do not begin a call are a bug of the caller: nothing is written", async () => {
    await using opened = await open();
    await expect(opened.store.accept(newCall("c1", { entries: [entry("call.started")] }))).rejects.toThrow("c1");
    await expect(opened.store.accept(newCall("c1", { entries: [] }))).rejects.toThrow("c1");
    expect(await opened.store.call({ call: callNamed("c1") })).toBeUndefined();
  });

  test("a call may be accepted with its ending", async () => {
    await using opened = await open();
    const row = await begin(opened.store, "c1", { entries: [accepted(), succeeded("at once")] });
    expect(row).toMatchObject({
      state: { phase: "succeeded", seq: 2 },
      endedAt: startedAt,
      ending: succeeded("at once").data,
    });
    expect(await opened.store.unended({ limit: 10 })).toEqual([]);
  });

  test("the same key for the same request answers the first call, as it stands now", async () => {
    await using opened = await open();
    const key = { value: "k1", covers: "hash" };
    await finish(opened.store, "c1", { key });
    const answer = await opened.store.accept(newCall("c2", { key }));
    expect(answer).toEqual({ kind: "same", row: await opened.store.call({ call: callNamed("c1") }) });
    expect(answer).toMatchObject({ row: { ending: succeeded().data } });
    expect(await opened.store.call({ call: callNamed("c2") })).toBeUndefined();
    expect(await opened.store.call({ key: "k1", principal: ann })).toMatchObject({ id: "c1" });
    expect(await opened.store.call({ key: "k1", principal: bob })).toBeUndefined();
  });

  test("two starts with one key at once make one call", async () => {
    await using opened = await open();
    const key = { value: "k1", covers: "hash" };
    const answers = await Promise.all(["c1", "c2", "c3"].map((id) => opened.store.accept(newCall(id, { key }))));
    expect(answers.map((answer) => answer.kind)).toEqual(["new", "same", "same"]);
    expect(answers.slice(1)).toMatchObject([{ row: { id: "c1" } }, { row: { id: "c1" } }]);
    expect(await opened.store.unended({ limit: 10 })).toHaveLength(1);
  });

  test("the same key for another request is a conflict that names the first call", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { key: { value: "k1", covers: "hash" } });
    const answer = await opened.store.accept(newCall("c2", { key: { value: "k1", covers: "other" } }));
    expect(answer).toEqual({ kind: "conflict", call: "c1" });
  });

  promise("leak.cross-tenant", "keys belong to a principal: another one's equal key is a call of its own", async () => {
    await using opened = await open();
    const key = { value: "k1", covers: "hash" };
    await begin(opened.store, "c1", { key });
    const answer = await opened.store.accept(newCall("c2", { key, principal: bob }));
    expect(answer.kind).toBe("new");
    expect(await opened.store.call({ call: callNamed("c2") })).toMatchObject({ principal: "bob" });
  });

  test("a start that was refused leaves its key free", async () => {
    await using opened = await open();
    const key = { value: "k1", covers: "hash" };
    await expect(opened.store.accept(newCall("c1", { key, entries: [] }))).rejects.toThrow();
    expect(await opened.store.accept(newCall("c2", { key }))).toMatchObject({ kind: "new" });
  });

  sharing(open);
}

function sharing(open: OpenStore): void {
  const share = { hash: "equal", freshAfter: startedAt };

  test("an equal call shares with the one that runs, and a third one with that same one", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { share });
    expect(await begin(opened.store, "c2", { share })).toMatchObject({ sharedWith: "c1" });
    expect(await begin(opened.store, "c3", { share })).toMatchObject({ sharedWith: "c1" });
    expect(await opened.store.call({ call: callNamed("c3") })).toMatchObject({ sharedWith: "c1" });
  });

  test("equal calls of one moment share: one runs", async () => {
    await using opened = await open();
    const rows = await Promise.all(["c1", "c2", "c3"].map((id) => begin(opened.store, id, { share })));
    expect(rows.filter((row) => row.sharedWith === null)).toHaveLength(1);
  });

  test("an answer that is fresh enough is shared, an older one is not", async () => {
    await using opened = await open();
    await finish(opened.store, "c1", { share, at: startedAt + 100 });
    const fresh = { hash: "equal", freshAfter: startedAt + 100 };
    const stale = { hash: "equal", freshAfter: startedAt + 101 };
    expect(await begin(opened.store, "c2", { share: stale })).toMatchObject({ sharedWith: null });
    await opened.store.append({ call: callNamed("c2"), fence: 9, entries: [entry("call.cancelled")] });
    expect(await begin(opened.store, "c3", { share: fresh })).toMatchObject({ sharedWith: "c1" });
  });

  test("nobody shares with a call that failed, or that is being cancelled", async () => {
    await using opened = await open();
    const failing = await begin(opened.store, "c1", { share });
    await opened.store.append({ call: failing.id, fence: failing.fence, entries: [entry("call.failed")] });
    const leaving = await begin(opened.store, "c2", { share });
    const cancelling = entry("call.cancelling", { by: "caller" });
    await opened.store.append({ call: leaving.id, fence: leaving.fence, entries: [cancelling] });
    expect(await begin(opened.store, "c3", { share })).toMatchObject({ sharedWith: null });
  });

  promise("leak.cross-tenant", "nobody shares with another principal's call", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { share, principal: ann });
    expect(await begin(opened.store, "c2", { share, principal: bob })).toMatchObject({ sharedWith: null });
  });

  test("calls that do not ask for it share nothing", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { share });
    expect(await begin(opened.store, "c2")).toMatchObject({ sharedWith: null });
  });
}
