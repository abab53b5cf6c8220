import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { Lifecycle, StartFailed } from "./lifecycle.ts";

function journalled() {
  const log: string[] = [];
  const lifecycle = new Lifecycle({
    closeFailed: (part, error) => void log.push(`${part} failed: ${(error as Error).message}`),
  });
  const part =
    (name: string, close: () => void = () => {}) =>
    () => {
      log.push(`start ${name}`);
      return {
        [Symbol.dispose]() {
          log.push(`stop ${name}`);
          close();
        },
      };
    };
  return { log, lifecycle, part };
}

promise(
  "leak.stop",
  "parts are closed once each, in reverse, and one that fails is named and stops no other",
  async () => {
    const { log, lifecycle, part } = journalled();
    await lifecycle.start("store", part("store"));
    await lifecycle.start(
      "bus",
      part("bus", () => {
        throw new Error("stuck");
      }),
    );
    await lifecycle.start("gateway", part("gateway"));
    const closed = await Promise.all([lifecycle[Symbol.asyncDispose](), lifecycle[Symbol.asyncDispose]()]).then(
      () => "closed",
      String,
    );
    expect(closed).toBe("closed");
    expect(log).toEqual([
      "start store",
      "start bus",
      "start gateway",
      "stop gateway",
      "stop bus",
      "bus failed: stuck",
      "stop store",
    ]);
  },
);

promise(
  "say.start-order",
  "a part that cannot start is named with its reason, and what had started is undone",
  async () => {
    const { log, lifecycle, part } = journalled();
    await lifecycle.start("store", part("store"));
    const failing = lifecycle.start("gateway", () => {
      throw new Error("port in use");
    });
    await expect(failing).rejects.toThrow(StartFailed);
    await expect(failing).rejects.toThrow("Cannot start gateway: port in use");
    expect(log).toEqual(["start store", "stop store"]);
  },
);

test("a step of the start that fails undoes the parts before it", async () => {
  const { log, lifecycle, part } = journalled();
  await lifecycle.start("lock", part("lock"));
  await expect(lifecycle.step("recovery", () => Promise.reject(new Error("no")))).rejects.toThrow(
    "Cannot start recovery: no",
  );
  expect(log).toEqual(["start lock", "stop lock"]);
});

promise(
  "leak.stop",
  "a part that is opened when wanted is opened once and closed once, and not opened to be closed",
  async () => {
    const { log, lifecycle, part } = journalled();
    let fails = true;
    const wanted = lifecycle.lazily("wanted", async () => {
      if (fails) throw new Error("not yet");
      return part("wanted")();
    });
    lifecycle.lazily("unwanted", async () => part("unwanted")());
    await expect(wanted()).rejects.toThrow("not yet");
    fails = false;
    expect(await wanted()).toBe(await wanted());
    await lifecycle[Symbol.asyncDispose]();
    expect(log).toEqual(["start wanted", "stop wanted"]);
  },
);
