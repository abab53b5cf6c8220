import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { noUsage } from "../../../protocol/result.ts";
import { ann, begin, bob, callNamed, entry, finish, type OpenStore, succeeded } from "./fixture.ts";

/** Finding calls again. */
export function listingContract(open: OpenStore): void {
  promise("leak.cross-tenant", "another principal's call is as unknown as none", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { principal: ann });
    expect(await opened.store.call({ call: callNamed("c1"), principal: ann })).toMatchObject({ id: "c1" });
    expect(await opened.store.call({ call: callNamed("c1"), principal: bob })).toBeUndefined();
    expect(await opened.store.call({ call: callNamed("c1") })).toMatchObject({ principal: "ann" });
  });

  promise("leak.cross-tenant", "a listing for a principal holds its own calls only", async () => {
    await using opened = await open();
    await begin(opened.store, "c1", { principal: ann });
    await begin(opened.store, "c2", { principal: bob });
    await begin(opened.store, "c3", { principal: ann });
    const ids = async (principal?: typeof ann) => {
      const rows = await opened.store.calls({ limit: 10, ...(principal && { principal }) });
      return rows.map((row) => row.id);
    };
    expect(await ids(ann)).toEqual(["c3", "c1"]);
    expect(await ids(bob)).toEqual(["c2"]);
    expect(await ids()).toEqual(["c3", "c2", "c1"]);
  });

  test("a listing is newest first, in pages", async () => {
    await using opened = await open();
    for (const id of ["c1", "c2", "c3", "c4"]) await begin(opened.store, id);
    const first = await opened.store.calls({ principal: ann, limit: 2 });
    expect(first.map((row) => row.id)).toEqual(["c4", "c3"]);
    const second = await opened.store.calls({ principal: ann, limit: 10, before: callNamed("c3") });
    expect(second.map((row) => row.id)).toEqual(["c2", "c1"]);
  });

  test("a listing can be narrowed by phase and tool, each and both together", async () => {
    await using opened = await open();
    await finish(opened.store, "c1", { tool: "chat" });
    await begin(opened.store, "c2", { tool: "chat" });
    await begin(opened.store, "c3", { tool: "echo" });
    const ids = async (narrow: object) => (await opened.store.calls({ limit: 10, ...narrow })).map((row) => row.id);
    expect(await ids({ phase: "succeeded" })).toEqual(["c1"]);
    expect(await ids({ tool: "chat" })).toEqual(["c2", "c1"]);
    expect(await ids({ phase: "succeeded", tool: "chat", principal: ann })).toEqual(["c1"]);
    expect(await ids({ phase: "succeeded", tool: "echo" })).toEqual([]);
  });

  promise(
    "auth.frames",
    "a list holds neither what was asked nor large answers, and ends at about 256 KiB",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const large = "x".repeat(500_000);
      const { fence } = await begin(store, "c1", { input: JSON.stringify(large) });
      const usage = { ...noUsage, requests: 3 };
      const data = { result: { content: large }, usage };
      await store.append({ call: callNamed("c1"), fence, entries: [entry("call.succeeded", data)] });
      for (let n = 0; n < 150; n++) {
        const row = await begin(store, `d${100 + n}`);
        await store.append({ call: row.id, fence: row.fence, entries: [succeeded("y".repeat(3000))] });
      }
      const [oldest] = await store.calls({ limit: 10, before: callNamed("d100") });
      expect(oldest).not.toHaveProperty("input");
      expect(JSON.parse(oldest?.ending ?? "")).toEqual({ usage, resultOmitted: true });
      const whole = await store.call({ call: callNamed("c1") });
      expect(JSON.parse(whole?.ending ?? "")).toEqual(data);
      const seen: string[] = [];
      for (let before: CallId | undefined; ; before = seen.at(-1) as CallId) {
        const page = await store.calls({ limit: 200, ...(before && { before }) });
        if (page.length === 0) break;
        expect(JSON.stringify(page).length).toBeLessThan(300 * 1024);
        seen.push(...page.map(({ id }) => id));
      }
      expect(seen).toEqual([...Array.from({ length: 150 }, (_, n) => `d${249 - n}`), "c1"]);
    },
  );

  test("of some calls those are known that there are", async () => {
    await using opened = await open();
    for (const id of ["c1", "c2"]) await begin(opened.store, id);
    const asked = ["c1", ...Array.from({ length: 250 }, (_, n) => `x${n}`), "c2"].map(callNamed);
    expect((await opened.store.known({ calls: asked })).toSorted()).toEqual(["c1", "c2"]);
    expect(await opened.store.known({ calls: [] })).toEqual([]);
  });

  test("calls without an ending come oldest first, in pages, of everybody", async () => {
    await using opened = await open();
    await begin(opened.store, "c1");
    await finish(opened.store, "c2");
    await begin(opened.store, "c3", { principal: bob });
    await begin(opened.store, "c4");
    const first = await opened.store.unended({ limit: 2 });
    expect(first.map((row) => row.id)).toEqual(["c1", "c3"]);
    const second = await opened.store.unended({ limit: 2, after: callNamed("c3") });
    expect(second.map((row) => row.id)).toEqual(["c4"]);
  });
}
