import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { lost, ScriptedConnector, scriptedServer } from "../../../test/support/upstreams/scripted-connector.ts";
import { Cancelled } from "../../base/abort.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { asked, upstreamContract } from "./upstream.contract.ts";
import { UpstreamSession } from "./upstream-session.ts";

const user = { principal: "ann" as PrincipalId, role: "user", roots: [] } as const;
const never = new AbortController().signal;

function rig(more: object = {}) {
  const clock = new ManualClock();
  const connector = new ScriptedConnector();
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  const session = new UpstreamSession({ server: scriptedServer(more), user, connector, clock, onChange });
  const use = async () => {
    using lease = await session.enter(never);
    return await lease.call(asked("recall"), never);
  };
  return { clock, connector, session, use, changes: () => changes };
}

describe("a connector in memory", () =>
  upstreamContract(async () => ({
    connector: new ScriptedConnector(),
    server: scriptedServer(),
    user,
    async [Symbol.asyncDispose]() {},
  })));

test("callers who come together wait for one start, and one who leaves takes it from nobody", async () => {
  const { connector, session } = rig();
  const started = Promise.withResolvers<void>();
  connector.onConnect = () => started.promise;
  const leaving = new AbortController();
  const [left, stayed] = [session.enter(leaving.signal), session.enter(never)];
  leaving.abort(new Cancelled("caller"));
  await expect(left).rejects.toBeInstanceOf(Cancelled);
  started.resolve();
  using lease = await stayed;
  expect(lease.offer.tools.has("recall")).toBe(true);
  expect(connector.asked).toBe(1);
  await session[Symbol.asyncDispose]();
});

promise(
  "leak.process",
  "a session ends once nobody has used it for its time, not while somebody does, and leaves no timer",
  async () => {
    const { clock, connector, session, use } = rig({ idleMs: 1000 });
    await use();
    const lease = await session.enter(never);
    await clock.advance(5000);
    expect(connector.connections[0]?.isOver).toBe(false);
    lease[Symbol.dispose]();
    await clock.advance(999);
    expect(session.view().state).toBe("ready");
    await clock.advance(1);
    expect([connector.connections[0]?.isOver, session.view().state, clock.waiting]).toEqual([true, "idle", 0]);
    await use();
    expect(connector.asked).toBe(2);
    await session[Symbol.asyncDispose]();
    expect([connector.connections[1]?.isOver, clock.waiting]).toEqual([true, 0]);
  },
);

promise(
  "run.breaker",
  "a server that is lost is started again later and later, and at once after it lived a minute",
  async () => {
    const { clock, connector, session, use } = rig();
    const waits: number[] = [];
    for (let times = 0; times < 5; times++) {
      await use();
      connector.connections.at(-1)?.crash();
      await clock.advance(0);
      const again = session.enter(never);
      let waitedMs = 0;
      while (connector.asked === times + 1) {
        await clock.advance(50);
        waitedMs += 50;
      }
      waits.push(waitedMs);
      (await again)[Symbol.dispose]();
    }
    expect(waits).toEqual([50, 250, 500, 1000, 2000]);
    await clock.advance(60_000);
    connector.connections.at(-1)?.crash();
    await clock.advance(0);
    await use();
    await session[Symbol.asyncDispose]();
  },
);

promise(
  "run.breaker",
  "one that answers nobody in time is ended after five calls, and the sixth is told when to come",
  async () => {
    const { clock, connector, session } = rig();
    for (let times = 0; times < 5; times++) {
      const until = new AbortController();
      using lease = await session.enter(until.signal);
      const call = lease.call(asked("wait"), until.signal);
      until.abort(new Cancelled("deadline"));
      await expect(call).rejects.toBeInstanceOf(Cancelled);
    }
    expect(session.view()).toMatchObject({ state: "resting", lastFault: { code: "upstream.silent" } });
    expect(connector.connections[0]?.isOver).toBe(true);
    await expect(session.enter(never)).rejects.toMatchObject({
      code: "upstream.breaker-open",
      retry: { afterMs: 30_000 },
    });
    expect(session.isSpare).toBe(false);
    await clock.advance(30_000);
    (await session.enter(never))[Symbol.dispose]();
    await session[Symbol.asyncDispose]();
  },
);

test("a caller's own cancel, or a tool's own failure, says nothing against the server", async () => {
  const { session } = rig();
  for (let times = 0; times < 6; times++) {
    const until = new AbortController();
    using lease = await session.enter(until.signal);
    const call = lease.call(asked("wait"), until.signal);
    until.abort(new Cancelled("caller"));
    await expect(call).rejects.toBeInstanceOf(Cancelled);
    await expect(lease.call(asked("fail"), never)).rejects.toMatchObject({ code: "upstream.failed" });
  }
  expect(session.view().state).toBe("ready");
  await session[Symbol.asyncDispose]();
});

test("one that is silent at its start is given up after its time", async () => {
  const { clock, connector, session } = rig({ startMs: 2000 });
  connector.onConnect = () => new Promise(() => {});
  const entering = session.enter(never);
  entering.catch(() => {});
  await clock.advance(0);
  await clock.advance(2000);
  await expect(entering).rejects.toMatchObject({ code: "upstream.silent", retry: { safe: true } });
  await session[Symbol.asyncDispose]();
  expect(clock.waiting).toBe(0);
});

test("what a server that forgot its session did not take is sent once more, and what it may have taken is not", async () => {
  const { connector, session } = rig();
  const forgotten = Object.assign(lost(), { retry: { safe: true } });
  using lease = await session.enter(never);
  const [first] = connector.connections;
  if (first === undefined) return expect.fail("no connection");
  first.fault = forgotten;
  expect(await lease.call(asked("recall"), never)).toEqual({ content: "" });
  expect(connector.asked).toBe(2);
  for (const connection of connector.connections) connection.fault = lost();
  using other = await session.enter(never);
  await expect(other.call(asked("recall"), never)).rejects.toMatchObject({ code: "upstream.lost" });
  expect(connector.asked).toBe(2);
  await session[Symbol.asyncDispose]();
});

test("changes of its list that come together are read once, no oftener than every second", async () => {
  const { clock, connector, session, changes } = rig();
  using lease = await session.enter(never);
  const [connection] = connector.connections;
  if (connection === undefined) return expect.fail("no connection");
  const before = changes();
  for (let times = 0; times < 1000; times++) connection.request.onChanged("offer");
  connection.names = ["recall", "grown"];
  await clock.advance(999);
  expect(changes()).toBe(before);
  await clock.advance(1);
  expect(changes()).toBe(before + 1);
  expect([...(session.offer?.tools.keys() ?? [])]).toEqual(["recall", "grown"]);
  expect(lease.offer.tools.has("grown")).toBe(false);
  await session[Symbol.asyncDispose]();
});
