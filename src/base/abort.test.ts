import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { Cancelled, LinkedAbort, orAborted, stoppedBy } from "./abort.ts";

test("a signal tells who stopped the work, and nothing while nobody has", () => {
  const controller = new AbortController();
  expect(stoppedBy(controller.signal)).toBeUndefined();
  controller.abort(new Cancelled("deadline"));
  expect(stoppedBy(controller.signal)).toBe("deadline");
  expect(stoppedBy(AbortSignal.abort())).toBe("caller");
});

test("a linked signal follows its parent with the parent's reason, also when that came first", () => {
  const reason = new Cancelled("shutdown");
  const parent = new AbortController();
  using linked = new LinkedAbort(parent.signal);
  expect(linked.signal.aborted).toBe(false);
  parent.abort(reason);
  using late = new LinkedAbort(parent.signal);
  expect([linked.signal.reason, late.signal.reason]).toEqual([reason, reason]);
});

test("a linked signal that is aborted leaves its parent as it is, and the first reason stays", () => {
  const parent = new AbortController();
  using linked = new LinkedAbort(parent.signal);
  linked.abort(new Cancelled("limit"));
  parent.abort(new Cancelled("shutdown"));
  expect(stoppedBy(linked.signal)).toBe("limit");
});

promise(
  "leak.handle",
  "a linked signal that is disposed leaves no listener on its parent and hears no more of it",
  () => {
    const parent = new AbortController();
    const linked = new LinkedAbort(parent.signal);
    linked[Symbol.dispose]();
    linked[Symbol.dispose]();
    expect(getEventListeners(parent.signal, "abort")).toEqual([]);
    parent.abort();
    expect(linked.signal.aborted).toBe(false);
  },
);

test("a wait ends with its promise or with the signal's reason, whichever comes first", async () => {
  const controller = new AbortController();
  const reason = new Cancelled("caller");
  expect(await orAborted(Promise.resolve("done"), controller.signal)).toBe("done");
  await expect(orAborted(Promise.reject(reason), controller.signal)).rejects.toBe(reason);
  const waiting = orAborted(new Promise(() => {}), controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(orAborted(Promise.resolve("late"), controller.signal)).rejects.toBe(reason);
});

promise("leak.handle", "a wait leaves no listener on its signal, however it ends", async () => {
  const { signal } = new AbortController();
  await orAborted(Promise.resolve(), signal);
  await expect(orAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
