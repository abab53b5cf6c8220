import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { Cancelled } from "../../base/abort.ts";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

promise("leak.permit", "turns go on in order, also past one who gave up, and none is lost or given twice", async () => {
  const turns = new Turns({ most: 1 });
  const order: string[] = [];
  const take = async (name: string, signal = never) => {
    const turn = await turns.take(signal);
    order.push(name);
    return turn;
  };
  const first = await take("first");
  const leaving = new AbortController();
  const [second, gone, third] = [take("second"), take("gone", leaving.signal), take("third")];
  leaving.abort(new Cancelled("caller"));
  await expect(gone).rejects.toBe(leaving.signal.reason);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  const held = await second;
  expect(order).toEqual(["first", "second"]);
  held[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  (await take("fourth"))[Symbol.dispose]();
  expect(order).toEqual(["first", "second", "third", "fourth"]);
  // It comes in the moment in which it is given up.
  const last = await take("last");
  const late = new AbortController();
  const both = take("late", late.signal);
  last[Symbol.dispose]();
  late.abort(new Cancelled("caller"));
  await both.then(
    (turn) => turn[Symbol.dispose](),
    () => {},
  );
  (await take("after"))[Symbol.dispose]();
});

test("no more than 64 wait", async () => {
  const turns = new Turns({ most: 1 });
  using _held = await turns.take(never);
  const leaving = new AbortController();
  const waiting = Array.from({ length: 64 }, () => turns.take(leaving.signal).catch(() => {}));
  await expect(turns.take(never)).rejects.toMatchObject({ code: "admission.queue-full", retry: { safe: true } });
  leaving.abort(new Cancelled("caller"));
  await Promise.all(waiting);
});
