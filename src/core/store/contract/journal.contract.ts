import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { Store } from "../store.ts";
import { accepted, begin, callNamed, entry, type OpenStore, succeeded } from "./fixture.ts";

const c1 = callNamed("c1");

function delta(text: string) {
  return entry("output.delta", { attempt: 1, kind: "text", text });
}

/** All numbers from `after` + 1, read page by page. */
async function readAll(store: Store, maxBytes: number): Promise<{ numbers: number[]; pages: number }> {
  const numbers: number[] = [];
  for (let pages = 0, after = 0; ; pages++) {
    const { head, rows } = await store.journal({ call: c1, after, maxBytes });
    for (const row of rows) numbers.push(...row.entries.map((_, index) => row.from + index));
    after = numbers.at(-1) ?? head;
    if (after >= head) return { numbers, pages: pages + 1 };
  }
}

/** Reading the journal: order, pages, holes. */
export function journalContract(open: OpenStore): void {
  test("entries come back as they were written, their data byte for byte the same JSON", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const entries = [
      entry("call.progress", { message: "a line\nand \u2028 another \u0000 \ud83d\ude00", done: 1.5 }),
      entry("output.delta", { text: " two  spaces " }),
    ];
    await opened.store.append({ call: c1, fence, entries });
    const { rows } = await opened.store.journal({ call: c1, after: 1, maxBytes: 1000 });
    expect(rows).toEqual([{ from: 2, entries }]);
  });

  test("JSON with line breaks between its parts means the same afterwards", async () => {
    await using opened = await open();
    const data = JSON.stringify({ message: "a\nb" }, undefined, 2);
    const { fence } = await begin(opened.store, "c1");
    await opened.store.append({ call: c1, fence, entries: [{ ...entry("call.progress"), data }, succeeded()] });
    const { rows } = await opened.store.journal({ call: c1, after: 1, maxBytes: 1000 });
    expect(rows[0]?.entries).toHaveLength(2);
    expect(JSON.parse(rows[0]?.entries[0]?.data ?? "")).toEqual({ message: "a\nb" });
  });

  promise("lost.seq", "a reader that comes back page by page gets every number once", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const appends = Array.from({ length: 700 }, (_, n) => [delta(`${n}`), delta("x".repeat(n % 50))]);
    await Promise.all(appends.map((entries) => opened.store.append({ call: c1, fence, entries })));
    const expected = Array.from({ length: 1401 }, (_, index) => index + 1);
    for (const maxBytes of [1, 5_000, 10_000_000]) {
      const { numbers, pages } = await readAll(opened.store, maxBytes);
      expect(numbers).toEqual(expected);
      expect(pages).toBeGreaterThan(1);
    }
  });

  test("an answer is about as large as asked, and one row at least", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    for (let n = 0; n < 10; n++)
      await opened.store.append({ call: c1, fence, entries: [entry("call.progress", { message: "x".repeat(1000) })] });
    expect((await opened.store.journal({ call: c1, after: 1, maxBytes: 1 })).rows).toHaveLength(1);
    expect((await opened.store.journal({ call: c1, after: 1, maxBytes: 3500 })).rows).toHaveLength(3);
  });

  test("a reader in the middle of a row gets that row", async () => {
    await using opened = await open();
    const entries = [accepted(), entry("call.progress"), entry("call.progress")];
    await begin(opened.store, "c1", { entries });
    const { head, rows } = await opened.store.journal({ call: c1, after: 2, maxBytes: 1000 });
    expect({ head, rows }).toEqual({ head: 3, rows: [{ from: 1, entries }] });
  });

  test("at the head and beyond it there are no rows; an unknown call has head 0", async () => {
    await using opened = await open();
    await begin(opened.store, "c1");
    for (const after of [1, 2, 1000])
      expect(await opened.store.journal({ call: c1, after, maxBytes: 1000 })).toEqual({ head: 1, rows: [] });
    expect(await opened.store.journal({ call: callNamed("c2"), after: 0, maxBytes: 1 })).toEqual({ head: 0, rows: [] });
  });

  promise("lost.seq", "dropped deltas leave a hole in the numbers, and nothing else", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    const append = (...entries: ReturnType<typeof delta>[]) => opened.store.append({ call: c1, fence, entries });
    await append(delta("a"), delta("b"));
    await append(delta("c"), entry("call.progress", { message: "kept" }));
    await append(delta("d"));
    await opened.store.append({ call: c1, fence, entries: [succeeded("abcd")], dropDeltas: true });
    const { head, rows } = await opened.store.journal({ call: c1, after: 0, maxBytes: 10_000 });
    expect(head).toBe(7);
    expect(rows.map((row) => [row.from, row.entries.length])).toEqual([
      [1, 1],
      [4, 2],
      [7, 1],
    ]);
    expect(await opened.store.call({ call: c1 })).toMatchObject({ ending: succeeded("abcd").data });
  });

  test("an append that is refused drops no deltas", async () => {
    await using opened = await open();
    const { fence } = await begin(opened.store, "c1");
    await opened.store.append({ call: c1, fence, entries: [delta("a")] });
    await opened.store.append({ call: c1, fence: fence - 1, entries: [succeeded()], dropDeltas: true });
    expect((await opened.store.journal({ call: c1, after: 1, maxBytes: 1000 })).rows).toHaveLength(1);
  });
}
