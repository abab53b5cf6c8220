import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { ScriptedConnector } from "../../../test/support/upstreams/scripted-connector.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { upstreamServers } from "./server.ts";
import { asked } from "./upstream.contract.ts";
import { Upstreams } from "./upstreams.ts";

const never = new AbortController().signal;
const daemon = { principal: "the-daemon" as PrincipalId, role: "owner", roots: [] } as const;
const ann = { principal: "ann" as PrincipalId, role: "user", roots: [] } as const;

function rig(entries: object) {
  const clock = new ManualClock();
  const connector = new ScriptedConnector();
  const upstreams = new Upstreams({ servers: serversOf(entries), connector, clock, daemon });
  return { clock, connector, upstreams };
}

function serversOf(entries: object) {
  return upstreamServers.parse(entries);
}

const here = { command: "here" };
const names = (upstreams: Upstreams) => [...upstreams.offersTo(ann)].map(([{ name }]) => name);

promise(
  ["leak.task", "say.faults"],
  "a server whose entry is gone is ended with the calls under way, which say so; all others stay as they are",
  async () => {
    const { clock, connector, upstreams } = rig({ kept: here, gone: here });
    await upstreams.settled(never);
    using kept = await upstreams.enter("kept", ann, never);
    using gone = await upstreams.enter("gone", ann, never);
    const [waits, lost] = [kept.call(asked("wait"), never), gone.call(asked("wait"), never)];
    waits.catch(() => {});
    let told = 0;
    using _listening = upstreams.onChange(() => {
      told += 1;
    });
    upstreams.take(serversOf({ kept: { ...here } }));
    await expect(lost).rejects.toMatchObject({ code: "upstream.removed", facts: { server: "gone" } });
    await expect(upstreams.enter("gone", ann, never)).rejects.toMatchObject({ code: "upstream.removed" });
    expect([names(upstreams), told > 0]).toEqual([["kept"], true]);
    expect(connector.connections.filter(({ isOver }) => !isOver)).toHaveLength(1);
    expect(await kept.call(asked("recall"), never)).toEqual({ content: "" });
    await upstreams[Symbol.asyncDispose]();
    expect([connector.connections.every(({ isOver }) => isOver), clock.waiting]).toEqual([true, 0]);
  },
);

test("calls of a server whose entry is another go on to their end, and the next ones are made by the new entry", async () => {
  const { connector, upstreams } = rig({ one: here });
  await upstreams.settled(never);
  const before = await upstreams.enter("one", ann, never);
  upstreams.take(serversOf({ one: { command: "elsewhere" } }));
  await upstreams.settled(never);
  using after = await upstreams.enter("one", ann, never);
  expect(await before.call(asked("recall"), never)).toEqual({ content: "" });
  expect(await after.call(asked("recall"), never)).toEqual({ content: "" });
  const commands = () =>
    connector.connections
      .filter(({ isOver }) => !isOver)
      .map(({ request }) => ("command" in request.server ? request.server.command : ""));
  expect(commands()).toEqual(["here", "elsewhere"]);
  before[Symbol.dispose]();
  await expect.poll(commands).toEqual(["elsewhere"]);
  await upstreams[Symbol.asyncDispose]();
});

test("an entry that comes is looked at, and who lists tools waits for it", async () => {
  const { connector, upstreams } = rig({});
  const reached = Promise.withResolvers<void>();
  connector.onConnect = () => reached.promise;
  upstreams.take(serversOf({ fresh: here, off: { ...here, disabled: true } }));
  let isSettled = false;
  const settled = upstreams.settled(never).then(() => {
    isSettled = true;
  });
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  reached.resolve();
  await settled;
  expect(names(upstreams)).toEqual(["fresh"]);
  await upstreams[Symbol.asyncDispose]();
});
