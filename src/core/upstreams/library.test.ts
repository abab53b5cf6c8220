import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { ScriptedConnector, scriptedServer } from "../../../test/support/upstreams/scripted-connector.ts";
import { Cancelled } from "../../base/abort.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { Library } from "./library.ts";
import { Upstreams } from "./upstreams.ts";

const signal = new AbortController().signal;
const daemon = { principal: "the-daemon" as PrincipalId, role: "owner", roots: [] } as const;
const all = { server: "scripted", uri: "note://all", offset: 0 };

async function rig(more: object = {}) {
  const clock = new ManualClock();
  const connector = new ScriptedConnector();
  const upstreams = new Upstreams({ servers: [scriptedServer(more)], connector, clock, daemon });
  const library = new Library({ upstreams, clock });
  await upstreams.settled(signal);
  const changed: (string | undefined)[] = [];
  library.onChange(({ principal }) => void changed.push(principal));
  const newest = () => connector.connections.at(-1) ?? expect.fail("no connection");
  return {
    clock,
    connector,
    library,
    changed,
    newest,
    [Symbol.asyncDispose]: async () => {
      library[Symbol.dispose]();
      await upstreams[Symbol.asyncDispose]();
      expect(clock.waiting).toBe(0);
    },
  };
}

promise("auth.expiry", "a token reads at a server what it may use there: nothing, some prompts, or all", async () => {
  await using held = await rig();
  const seenBy = async (caller: ReturnType<typeof someone>) => {
    const reader = { caller, signal };
    const read = await held.library.read(reader, all);
    const watch = await held.library.watch(caller, all, () => {});
    watch?.[Symbol.dispose]();
    const [prompts, templates, resources] = await Promise.all([
      held.library.prompts(reader),
      held.library.templates(reader),
      held.library.resources(reader),
    ]);
    return [prompts.length, templates.length, resources.length, read?.length ?? 0, Number(watch !== undefined)];
  };
  const ada = someone("ada");
  expect(await seenBy(ada)).toEqual([1, 1, 1, 1, 1]);
  expect(await seenBy({ ...ada, tools: ["scripted.*"] })).toEqual([1, 1, 1, 1, 1]);
  expect(await seenBy({ ...ada, tools: ["scripted.greet"] })).toEqual([1, 0, 0, 0, 0]);
  expect(await seenBy({ ...ada, tools: ["echo"] })).toEqual([0, 0, 0, 0, 0]);
  expect(await seenBy({ ...ada, scopes: new Set() })).toEqual([0, 0, 0, 0, 0]);
  expect(await seenBy({ ...ada, allowance: { tools: ["scripted.greet"] } as never })).toEqual([0, 0, 0, 0, 0]);
});

test("a list that comes late is told as a change, and nobody waits for it longer than five seconds", async () => {
  await using held = await rig();
  const { clock, connector, library, changed } = held;
  const reached = Promise.withResolvers<void>();
  connector.onConnect = () => reached.promise;
  const reader = { caller: someone("ada"), signal };
  const listing = library.resources(reader);
  await clock.advance(0);
  await clock.advance(5000);
  expect([await listing, changed]).toEqual([[], []]);
  reached.resolve();
  await expect.poll(() => changed).toEqual(["ada"]);
  expect((await library.resources(reader)).map(({ uri }) => uri)).toEqual(["exai://servers/scripted/note://all"]);
});

test("a list is asked for once in five seconds, and anew when its server says that it has changed", async () => {
  await using held = await rig();
  const { clock, library, changed, newest } = held;
  const reader = { caller: someone("ada"), signal };
  const asked = () => newest().listed.filter((what) => what === "resources").length;
  await Promise.all([library.resources(reader), library.resources(reader)]);
  await library.resources(reader);
  expect(asked()).toBe(1);
  for (let times = 0; times < 100; times++) newest().request.onChanged("resources");
  await clock.advance(250);
  expect(changed).toEqual(["ada"]);
  await library.resources(reader);
  expect(asked()).toBe(2);
  await clock.advance(5000);
  await library.resources(reader);
  expect(asked()).toBe(3);
});

promise(
  "run.breaker",
  "a server that never answers who reads is told as silent, and left alone after five times",
  async () => {
    await using held = await rig({ timeoutMs: 1000, calls: 2 });
    const reader = { caller: someone("ada"), signal };
    const silent = { ...all, uri: "note://silent" };
    for (let times = 0; times < 5; times++) {
      const reading = held.library.read(reader, silent);
      reading.catch(() => {});
      await held.clock.advance(0);
      await held.clock.advance(1000);
      await expect(reading).rejects.toMatchObject({ code: "upstream.silent" });
    }
    await expect(held.library.read(reader, all)).rejects.toMatchObject({ code: "upstream.breaker-open" });
  },
);

promise("leak.task", "who gives up a reading leaves nothing of it, and others go on", async () => {
  await using held = await rig({ calls: 1 });
  const leaving = new AbortController();
  const caller = someone("ada");
  const gone = held.library.read({ caller, signal: leaving.signal }, { ...all, uri: "note://silent" });
  gone.catch(() => {});
  const next = held.library.read({ caller, signal }, all);
  await held.clock.advance(0);
  leaving.abort(new Cancelled("caller"));
  await expect(gone).rejects.toBe(leaving.signal.reason);
  expect(await next).toEqual([{ uri: "exai://servers/scripted/note://all", mimeType: "text/plain", text: "" }]);
});

promise(
  "lost.reconnect",
  "who watches is told of the end of a session as of a change, and watches on in the next one",
  async () => {
    await using held = await rig();
    const { clock, library, newest, connector } = held;
    let told = 0;
    const watch = await library.watch(someone("ada"), all, () => {
      told += 1;
    });
    for (let times = 0; times < 100; times++) newest().updated("note://all");
    await clock.advance(1000);
    expect(told).toBe(1);
    const before = connector.connections.length;
    newest().crash();
    await clock.advance(0);
    await clock.advance(1000);
    await expect.poll(() => connector.connections.length).toBe(before + 1);
    await expect.poll(() => newest().watchers("note://all")).toBe(1);
    await clock.advance(1000);
    expect(told).toBe(2);
    newest().updated("note://all");
    await clock.advance(1000);
    expect(told).toBe(3);
    watch?.[Symbol.dispose]();
    await expect.poll(() => newest().watchers("note://all")).toBe(0);
  },
);

promise("leak.stop", "with the library ends what is watched through it, also what nobody lets go of", async () => {
  await using held = await rig();
  const { library, connector, newest } = held;
  const reached = Promise.withResolvers<void>();
  await library.watch(someone("ada"), all, () => {});
  expect(newest().watchers(all.uri)).toBe(1);
  connector.onConnect = () => reached.promise;
  const late = library.watch(someone("bob"), all, () => {});
  library[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(connector.connections.map((each) => each.watchers(all.uri))).toEqual(connector.connections.map(() => 0));
  await late;
  reached.resolve();
  await new Promise(setImmediate);
  expect(newest().watchers(all.uri)).toBe(0);
  await expect(library.watch(someone("ada"), all, () => {})).rejects.toMatchObject({ by: "shutdown" });
});
