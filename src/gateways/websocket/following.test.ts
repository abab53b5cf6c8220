import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { deleteCall } from "../../../test/support/delete-call.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { Puppet } from "../../../test/support/socket-tools.ts";
import { CLOSE } from "../../protocol/close-codes.ts";
import type { CallId } from "../../protocol/ids.ts";

async function started(raw: RawClient, tool: string, more: object = {}): Promise<CallId> {
  const { result, error } = await raw.request("call.start", { tool, ...more });
  if (error !== undefined) throw new Error(error.message);
  return result?.["call"] as CallId;
}

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

describe("a follower", () => {
  promise(
    ["lost.seq", "lost.reconnect"],
    "gets every event once, in order, from after + 1, whenever it comes and from wherever",
    async () => {
      const puppet = new Puppet("speak");
      await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
      const token = await rig.token("ada");
      const { client: raw } = await RawClient.open(rig.url, { token });
      using _raw = raw;
      const call = await started(raw, "speak", { follow: true });
      await puppet.say(10);
      const late = await RawClient.open(rig.url, { token });
      using _late = late.client;
      const followed = await late.client.request("call.follow", { call, after: 5 });
      expect(followed.result).toMatchObject({ call, phase: "running" });
      await puppet.say(10);
      puppet.end();
      await Promise.all([raw.event("call.succeeded"), late.client.event("call.succeeded")]);
      const last = raw.seqs.at(-1) ?? 0;
      expect(raw.seqs).toEqual(upTo(last));
      expect(late.client.seqs).toEqual(upTo(last - 5, 6));
    },
  );

  promise(
    "lost.delivery-says",
    "is sent no more than 1,024 events that it has not acknowledged, and the rest once it has",
    async () => {
      await using it = await withPuppet();
      const { puppet, raw } = it;
      const call = await started(raw, "speak", { follow: true });
      await puppet.say(3000);
      await raw.when(() => raw.seqs.length === 1024);
      await raw.verdict();
      expect(raw.seqs).toEqual(upTo(1024));
      raw.notify("call.ack", { call, seq: 1000 });
      await raw.when(() => raw.seqs.length === 2024);
      await raw.verdict();
      expect(raw.seqs).toEqual(upTo(2024));
      raw.notify("call.ack", { call, seq: 2024 });
      puppet.end();
      await raw.event("call.succeeded");
      expect(raw.seqs).toEqual(upTo(raw.seqs.length));
    },
  );

  promise(
    "lost.seq",
    "that reads slowly is merely behind: nothing waits for it in memory, and nothing is missing",
    async () => {
      const puppet = new Puppet("speak");
      await using rig = await SocketRig.open({ tools: () => [puppet.tool] });
      const token = await rig.token("ada");
      const { client: raw } = await RawClient.open(rig.url, { token });
      using _raw = raw;
      const [server] = rig.sockets;
      const call = await started(raw, "speak", { follow: true });
      raw.webSocket.pause();
      let highest = 0;
      for (let round = 0; round < 40; round++) {
        await puppet.say(25, "x".repeat(10_000));
        highest = Math.max(highest, server?.writableLength ?? 0);
      }
      expect(highest).toBeLessThan(256 * 1024);
      // Others are served meanwhile.
      const other = await RawClient.open(rig.url, { token });
      using _other = other.client;
      expect((await other.client.request("call.get", { call })).result).toMatchObject({ phase: "running" });
      raw.webSocket.resume();
      puppet.end();
      while (!raw.notifications.some(({ params }) => params?.["type"] === "call.succeeded")) {
        const seen = raw.seqs.length;
        raw.notify("call.ack", { call, seq: raw.seqs.at(-1) ?? 0 });
        await raw.when(() => raw.seqs.length > seen);
      }
      expect(raw.seqs).toEqual(upTo(raw.seqs.length));
      expect(raw.seqs.length).toBeGreaterThan(1000);
    },
  );

  promise("lost.reconnect", "with a cursor of another history is told so, and begins at the first event", async () => {
    await using rig = await SocketRig.open();
    const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _raw = raw;
    const call = await started(raw, "echo", { input: { text: "hi" } });
    await raw.request("call.wait", { call });
    await raw.request("call.follow", { call, after: 2, epoch: "before-the-restore" });
    await raw.event("call.succeeded");
    const [gap, ...events] = raw.notifications;
    expect(gap).toMatchObject({ method: "call.gap", params: { call, from: 1, to: 2, reason: "epoch" } });
    expect(events.map(({ params }) => params?.["seq"])).toEqual([1, 2, 3]);
  });

  promise("lost.seq", "is told in numbers which deltas the ending made needless", async () => {
    await using it = await withPuppet();
    const { puppet, rig, raw } = it;
    const call = await started(raw, "speak");
    await puppet.think(5, "thinking");
    puppet.end();
    const { result } = await raw.request("call.wait", { call });
    rig.core.journal.forget();
    await raw.request("call.follow", { call });
    await raw.event("call.succeeded");
    const told = raw.notifications.map(({ params }) => [
      params?.["from"] ?? params?.["seq"],
      params?.["to"] ?? params?.["seq"],
    ]);
    expect(told.flatMap(([from, to]) => upTo(Number(to) - Number(from) + 1, Number(from)))).toEqual(
      upTo(Number(result?.["seq"])),
    );
    expect(raw.notifications.filter(({ params }) => params?.["reason"] === "folded")).toHaveLength(1);
  });

  promise(
    "lost.reconnect",
    "that is ahead of the journal is told what was lost, and begins at the first event",
    async () => {
      await using it = await withPuppet();
      const { puppet, raw } = it;
      const call = await started(raw, "speak");
      for (const phase of ["running", "ended"]) {
        if (phase === "ended") puppet.end();
        else await puppet.say(1);
        if (phase === "ended") await raw.request("call.wait", { call });
        raw.arrivals.length = 0;
        await raw.request("call.follow", { call, after: 50 });
        await raw.when(() => raw.seqs.includes(3));
        expect(raw.notifications[0]?.params).toEqual({ call, from: 1, to: 50, reason: "lost" });
        expect(raw.seqs.slice(0, 3)).toEqual([1, 2, 3]);
      }
    },
  );

  promise(
    ["lost.reconnect", "leak.handle"],
    "that is behind when its call is deleted is told so, and nothing of it is left",
    async () => {
      await using it = await withPuppet();
      const { puppet, rig, raw } = it;
      const call = await started(raw, "speak");
      await raw.request("call.follow", { call, hold: true });
      await puppet.say(2000);
      await raw.when(() => raw.seqs.length === 1024);
      puppet.end();
      await raw.request("call.wait", { call });
      await deleteCall(rig.core, call);
      raw.notify("call.ack", { call, seq: 1024 });
      await raw.when(() => raw.notifications.some(({ method }) => method === "call.gap"));
      const last = raw.notifications.at(-1)?.params;
      expect(last).toMatchObject({ call, from: raw.seqs.length + 1, reason: "deleted" });
      expect(raw.seqs).toEqual(upTo(raw.seqs.length));
      expect(raw.seqs.length).toBeLessThan(2000);
      await raw.request("ping", {});
      expect([rig.core.presences.isHeld(call), rig.core.journal.followed()]).toEqual([false, []]);
    },
  );

  promise(
    "lost.any-connection",
    "may be any connection of the principal, by any of its tokens; to others the call does not exist",
    async () => {
      await using rig = await SocketRig.open();
      const mine = await RawClient.open(rig.url, { token: await rig.token("ada") });
      const alsoMine = await RawClient.open(rig.url, { token: await rig.token("ada") });
      const theirs = await RawClient.open(rig.url, { token: await rig.token("bob") });
      using _mine = mine.client;
      using _alsoMine = alsoMine.client;
      using _theirs = theirs.client;
      const call = await started(mine.client, "echo", { input: { text: "hi" } });
      await alsoMine.client.request("call.follow", { call });
      expect((await alsoMine.client.event("call.succeeded")).params?.["call"]).toBe(call);
      const { error } = await theirs.client.request("call.follow", { call });
      expect(error?.data.code).toBe("call.unknown");
      await theirs.client.request("ping", {});
      expect(theirs.client.notifications).toEqual([]);
    },
  );

  promise(
    "leak.notifier",
    "gets the events of the calls it follows and of no other, however many run at once",
    async () => {
      await using rig = await SocketRig.open();
      const clients = await Promise.all(
        upTo(8).map(
          async (index) => (await RawClient.open(rig.url, { token: await rig.token(`user-${index % 4}`) })).client,
        ),
      );
      using held = new DisposableStack();
      for (const raw of clients) held.use(raw);
      const own = await Promise.all(
        clients.map((raw, index) =>
          Promise.all(
            upTo(20).map((turn) => started(raw, "echo", { input: { text: `${index} ${turn}` }, follow: true })),
          ),
        ),
      );
      for (const [index, raw] of clients.entries()) {
        await expect
          .poll(() => raw.notifications.filter(({ params }) => params?.["type"] === "call.succeeded").length)
          .toBe(20);
        expect(new Set(raw.notifications.map(({ params }) => params?.["call"]))).toEqual(new Set(own[index]));
        for (const { params } of raw.notifications)
          if (params?.["type"] === "call.succeeded") expect(JSON.stringify(params["data"])).toContain(`"${index} `);
      }
    },
  );

  test("that acknowledges what it was never sent is closed with 4500", async () => {
    await using it = await withPuppet();
    const { raw } = it;
    const call = await started(raw, "speak", { follow: true });
    raw.notify("call.ack", { call, seq: 999 });
    expect((await raw.end()).closed).toBe(CLOSE.badFrame);
  });

  test("keeps nothing once the ending was sent, and nothing after unfollow", async () => {
    await using it = await withPuppet();
    const { puppet, rig, raw } = it;
    const call = await started(raw, "speak");
    await raw.request("call.follow", { call, hold: true });
    await puppet.say(1);
    expect(rig.core.presences.isHeld(call)).toBe(true);
    await raw.request("call.unfollow", { call });
    expect(rig.core.presences.isHeld(call)).toBe(false);
    const seen = raw.seqs.length;
    await puppet.say(5);
    await raw.request("ping", {});
    expect(raw.seqs).toHaveLength(seen);
    await raw.request("call.follow", { call, hold: true });
    puppet.end();
    await raw.event("call.succeeded");
    await raw.request("ping", {});
    expect(rig.core.presences.isHeld(call)).toBe(false);
  });

  promise(
    "lost.seq",
    "that asks anew gets nothing of the call between its request and the answer, whatever hints and acks come meanwhile",
    async () => {
      const puppet = new Puppet("speak");
      const reads: (() => void)[] = [];
      let holds = false;
      await using rig = await SocketRig.open({
        tools: () => [puppet.tool],
        wrapOperations: (operations) => ({
          ...operations,
          "call.get": async (request, params) => {
            if (holds) await new Promise<void>((resolve) => reads.push(resolve));
            return await operations["call.get"](request, params);
          },
        }),
      });
      const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
      using _raw = raw;
      const call = await started(raw, "speak", { follow: true });
      await puppet.say(20);
      await raw.when(() => raw.seqs.length >= 22);
      holds = true;
      const before = raw.arrivals.length;
      const answer = raw.request("call.follow", { call, after: 3 });
      await expect.poll(() => reads.length).toBe(1);
      for (let round = 0; round < 10; round++) {
        raw.notify("call.ack", { call, seq: 10 + round });
        await puppet.say(3);
        await raw.request("ping", {});
      }
      expect(raw.arrivals.slice(before).filter((arrival) => "method" in arrival)).toEqual([]);
      reads[0]?.();
      await answer;
      puppet.end();
      await raw.event("call.succeeded");
      const after = raw.arrivals
        .slice(before)
        .flatMap((each) => ("method" in each ? [Number(each.params?.["seq"])] : []));
      expect(after).toEqual(upTo(after.length, 4));
    },
  );
});

promise(
  "lost.sigterm",
  "a gateway that ends first sends what is committed: a reader gets its call's ending",
  async () => {
    const [ends, stays] = [new Puppet("ends"), new Puppet("stays")];
    await using rig = await SocketRig.open({ tools: () => [ends.tool, stays.tool] });
    const token = await rig.token("ada");
    const [{ client: raw }, { client: other }] = [
      await RawClient.open(rig.url, { token }),
      await RawClient.open(rig.url, { token }),
    ];
    using _raw = raw;
    using _other = other;
    await started(raw, "stays", { follow: true });
    await raw.event("call.started");
    const call = await started(raw, "ends", { follow: true });
    const seqsOf = () => raw.notifications.filter(({ params }) => params?.["call"] === call).length;
    await ends.say(1500);
    ends.end();
    await other.request("call.wait", { call });
    await raw.when(() => seqsOf() === 1024);
    const closing = rig.gateway[Symbol.asyncDispose]();
    const refused = await raw.request("call.get", { call }).catch((error: Error) => error.message);
    raw.notify("call.ack", { call, seq: 1024 });
    expect(await raw.end()).toMatchObject({ closed: CLOSE.restart });
    await closing;
    expect(refused).toMatchObject({ error: { data: { code: "admission.draining", retry: { safe: true } } } });
    const mine = raw.notifications
      .filter(({ params }) => params?.["call"] === call)
      .map(({ params }) => params?.["type"]);
    expect(mine.at(-1)).toBe("call.succeeded");
    expect(mine.length).toBeGreaterThan(1500);
  },
);

promise("lost.sigterm", "a reader that takes nothing keeps the end of the gateway for no longer than 2 s", async () => {
  await using it = await withPuppet();
  const { puppet, rig, raw } = it;
  await started(raw, "speak", { follow: true });
  await puppet.say(1500);
  await raw.when(() => raw.seqs.length === 1024);
  const closing = rig.gateway[Symbol.asyncDispose]();
  await raw.verdict();
  expect(raw.closed).toBeUndefined();
  await rig.clock.advance(2000);
  expect(await raw.verdict()).toBe(CLOSE.restart);
  await closing;
  expect(raw.seqs).toHaveLength(1024);
});

/** A connection to a daemon whose one tool, `speak`, does what the test says. */
async function withPuppet() {
  const puppet = new Puppet("speak");
  await using building = new AsyncDisposableStack();
  const rig = building.use(await SocketRig.open({ tools: () => [puppet.tool] }));
  const { client: raw } = await RawClient.open(rig.url, { token: await rig.token("ada") });
  building.use(raw);
  const held = building.move();
  return { puppet, rig, raw, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
