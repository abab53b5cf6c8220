import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { lost, ScriptedConnector, scriptedServer } from "../../../test/support/upstreams/scripted-connector.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { type Change, ServerSessions } from "./server-sessions.ts";
import { asked } from "./upstream.contract.ts";
import { Upstreams } from "./upstreams.ts";

const never = new AbortController().signal;
const daemon = { principal: "the-daemon" as PrincipalId, role: "owner", roots: [] } as const;

function userOf(name: string, roots: readonly string[] = []) {
  return { principal: name as PrincipalId, role: "user", roots } as const;
}

function rig(more: object = {}) {
  const clock = new ManualClock();
  const connector = new ScriptedConnector();
  const changed: (string | undefined)[] = [];
  const onChange = ({ principal }: Change) => void changed.push(principal);
  const sessions = new ServerSessions({ server: scriptedServer(more), connector, clock, daemon, onChange });
  return { clock, connector, sessions, changed };
}

test("with as many sessions as there may be, the oldest that nobody uses makes room, and none that somebody uses", async () => {
  const { connector, sessions } = rig({ sessions: 2 });
  (await sessions.enter(userOf("ann"), never))[Symbol.dispose]();
  using bobs = await sessions.enter(userOf("bob"), never);
  using carls = await sessions.enter(userOf("carl"), never);
  expect(connector.connections.map(({ isOver }) => isOver)).toEqual([true, false, false]);
  const refused = { code: "upstream.unavailable", retry: { safe: true, afterMs: 1000 } };
  await expect(sessions.enter(userOf("ann"), never)).rejects.toMatchObject(refused);
  expect([bobs.offer.tools.size, carls.offer.tools.size, sessions.sessions]).toEqual([4, 4, 2]);
  await sessions[Symbol.asyncDispose]();
  expect(connector.connections.every(({ isOver }) => isOver)).toBe(true);
});

test("tokens of one principal share a session where they have the same roots, in whatever order", async () => {
  const { connector, sessions } = rig();
  for (const roots of [["/a", "/b"], ["/b", "/a"], ["/a"]])
    (await sessions.enter(userOf("ann", roots), never))[Symbol.dispose]();
  expect(connector.asked).toBe(2);
  await sessions[Symbol.asyncDispose]();
});

test("what a server has is looked for again until it is found, and then known to everybody", async () => {
  const { clock, connector, sessions, changed } = rig();
  connector.onConnect = async () => {
    throw lost();
  };
  await sessions.look();
  expect(sessions.fault?.code).toBe("upstream.lost");
  await clock.advance(5000);
  expect([connector.asked, sessions.known]).toEqual([2, undefined]);
  connector.onConnect = async () => {};
  await clock.advance(10_000);
  expect([connector.asked, sessions.known?.tools.size, sessions.fault]).toEqual([3, 4, undefined]);
  expect(connector.connections[0]?.isOver).toBe(true);
  expect([changed, clock.waiting]).toEqual([[undefined, undefined, undefined], 0]);
  await sessions[Symbol.asyncDispose]();
});

test("after the end nobody enters, nothing is looked for, and no timer waits", async () => {
  const { clock, sessions } = rig();
  await sessions[Symbol.asyncDispose]();
  await expect(sessions.enter(userOf("ann"), never)).rejects.toMatchObject({ code: "upstream.unavailable" });
  await sessions.look();
  expect([sessions.known, clock.waiting]).toEqual([undefined, 0]);
});

test("who lists waits for servers that are slow, and no longer than five seconds for one that is silent", async () => {
  const clock = new ManualClock();
  const connector = new ScriptedConnector();
  connector.onConnect = () => new Promise(() => {});
  await using upstreams = new Upstreams({ servers: [scriptedServer()], connector, clock, daemon });
  let isSettled = false;
  const settled = upstreams.settled(never).then(() => {
    isSettled = true;
  });
  await clock.advance(4999);
  expect(isSettled).toBe(false);
  await clock.advance(1);
  await settled;
  expect([...upstreams.offersTo(userOf("ann"))]).toEqual([]);
  connector.onConnect = async () => {};
  using lease = await upstreams.enter("scripted", userOf("ann"), never);
  expect(await lease.call(asked("recall"), never)).toEqual({ content: "" });
  expect([...upstreams.offersTo(userOf("ann"))].map(([{ name }]) => name)).toEqual(["scripted"]);
  await expect(upstreams.enter("other", userOf("ann"), never)).rejects.toMatchObject({ code: "upstream.removed" });
});
