import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { CallId } from "../../protocol/ids.ts";
import { StandardInput } from "./standard-input.ts";
import type { Feedable } from "./work.ts";

const call = "call-1" as CallId;
const line = (text: string) => ({ bytes: Buffer.from(text), after: "more" }) as const;

/** A program that keeps what it reads. */
class Reader implements Feedable {
  readonly read: string[] = [];
  readonly sizes: object[] = [];

  async input(bytes: Uint8Array): Promise<void> {
    this.read.push(Buffer.from(bytes).toString());
  }

  async endInput(): Promise<void> {
    this.read.push("(end)");
  }

  async resize(size: object): Promise<"done"> {
    this.sizes.push(size);
    return "done";
  }
}

promise("proc.control", "what is sent before the program runs waits for it, and nothing overtakes it", async () => {
  const input = new StandardInput(call);
  const reader = new Reader();
  const early = [input.take(line("one")), input.take(line("two")), input.resize({ rows: 2, cols: 3 })];
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(reader.read).toEqual([]);
  using _open = input.open(reader);
  const late = input.take(line("three"));
  const end = input.take({ ...line(""), after: "end" });
  await expect(Promise.all([...early, late, end])).resolves.toBeDefined();
  expect(reader.read).toEqual(["one", "two", "three", "(end)"]);
  expect(reader.sizes).toEqual([{ rows: 2, cols: 3 }]);
});

promise(
  "proc.control",
  "more than 1 MiB does not wait for a program: it is refused, and may be sent again",
  async () => {
    const input = new StandardInput(call);
    const reader = new Reader();
    const large = { bytes: Buffer.alloc(700_000, "x"), after: "more" } as const;
    const larger = { bytes: Buffer.alloc(1024 * 1024 + 1), after: "more" } as const;
    await expect(input.take(larger)).rejects.toMatchObject({ code: "input.too-large", retry: { safe: false } });
    const first = input.take(large);
    const second = input.take(large);
    const told = expect(second).rejects.toMatchObject({ code: "process.input-full", retry: { safe: true } });
    using _open = input.open(reader);
    await first;
    await told;
    await input.take(large);
    expect(reader.read).toHaveLength(2);
  },
);

promise(
  "proc.control",
  "what waits for a program that never comes is told, and so is what comes after it",
  async () => {
    const unborn = new StandardInput(call);
    const waiting = unborn.take(line("one"));
    unborn[Symbol.dispose]();
    await expect(waiting).rejects.toMatchObject({ code: "process.gone", retry: { safe: false } });
    const ended = new StandardInput(call);
    ended.open(new Reader())[Symbol.dispose]();
    await expect(ended.take(line("one"))).rejects.toMatchObject({ code: "process.gone" });
    await expect(ended.resize({ rows: 1, cols: 1 })).rejects.toMatchObject({ code: "process.gone" });
  },
);

promise("proc.control", "a size for a program that has no terminal is refused as that", async () => {
  const input = new StandardInput(call);
  using _open = input.open({ input: async () => {}, endInput: async () => {} });
  const told = input.resize({ rows: 1, cols: 1 }).catch((error: unknown) => error);
  expect(await told).toMatchObject({ code: "process.no-terminal" });
});

promise("leak.memory", "inputs and sizes that wait for a program are so many at most, however small", async () => {
  const input = new StandardInput(call);
  const reader = new Reader();
  const size = { rows: 1, cols: 1 };
  const waiting = Array.from({ length: 1024 }, (_, n) => (n % 2 === 0 ? input.take(line("")) : input.resize(size)));
  const full = { code: "process.input-full", retry: { safe: true } };
  const more = [input.take(line("")), input.resize(size)].map((told) => told.catch((error: unknown) => error));
  using _open = input.open(reader);
  await Promise.all(waiting);
  for (const told of more) expect(await told).toMatchObject(full);
  await input.take(line("one"));
  expect(reader.read).toEqual(["one"]);
});
