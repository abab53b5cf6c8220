import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { Disposal } from "../../../base/disposal.ts";
import type { Asked } from "../asked.ts";
import { ResourceWatches } from "./resource-watches.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";

/** A session with a server behind the daemon that begins to tell when the gate opens. */
function rig() {
  const gate = Promise.withResolvers<void>();
  const watches = new ResourceWatches();
  let live = 0;
  const watch = async () => {
    live += 1;
    await gate.promise;
    return new Disposal(() => {
      live -= 1;
    });
  };
  const place = { house: { library: { watch } }, caller: {}, server: { watches } };
  const asked = (note: number) =>
    ({ ...place, params: { uri: `exai://servers/notes/note://${note}` } }) as unknown as Asked;
  const subscribed = (note: number) => subscribe(asked(note));
  const unsubscribed = (note: number) => unsubscribe(asked(note));
  return { gate, watches, subscribed, unsubscribed, live: () => live };
}

promise("share.limits", "a session watches 64 resources and no more, however many it asks for at once", async () => {
  const { gate, watches, subscribed, live } = rig();
  const all = Promise.allSettled(Array.from({ length: 500 }, (_, note) => subscribed(note)));
  expect(live()).toBe(64);
  gate.resolve();
  expect((await all).filter(({ status }) => status === "fulfilled").length).toBe(64);
  expect(watches.size).toBe(64);
  watches.drop("exai://servers/notes/note://0");
  await subscribed(64);
  await expect(subscribed(65)).rejects.toThrow("64 resources are watched");
});

promise("leak.handle", "a subscription that is answered after the end of its session is held by nobody", async () => {
  const { gate, watches, subscribed, live } = rig();
  const late = subscribed(1);
  watches[Symbol.dispose]();
  gate.resolve();
  await late;
  expect([live(), watches.size]).toEqual([0, 0]);
});

test("what is unsubscribed from before it was answered is not told of, and may be subscribed to again", async () => {
  const { gate, watches, subscribed, unsubscribed, live } = rig();
  const first = subscribed(1);
  const other = subscribed(2);
  await unsubscribed(1);
  const again = subscribed(1);
  gate.resolve();
  await Promise.all([first, other, again]);
  expect([live(), watches.size]).toEqual([2, 2]);
  await unsubscribed(1);
  expect([live(), watches.size]).toEqual([1, 1]);
});
