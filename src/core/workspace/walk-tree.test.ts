import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { OpenDirectory, OpenFile } from "./disk.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { Looks } from "./looks.ts";
import { type WalkTally, walkTree } from "./walk-tree.ts";

const signal = new AbortController().signal;
const walk = { depth: 64, ignored: "skip" } as const;
const hostile = `*${"a".repeat(120)}b*\n`.repeat(60);
const names = Array.from({ length: 40 }, (_, index) => `${"a".repeat(250)}${index}`);

/** A directory of empty files, and one with rules. */
class Files implements OpenDirectory {
  readonly kind = "directory";
  readonly path = "/here";
  readonly #rules: Uint8Array;

  constructor(rules: string) {
    this.#rules = new TextEncoder().encode(rules);
  }

  async *entries() {
    for (const name of names) yield { name, kind: "file" } as const;
  }

  async child(name: string): Promise<OpenFile | undefined> {
    if (name !== ".gitignore") return undefined;
    const content = this.#rules;
    return {
      kind: "file",
      path: name,
      bytes: content.length,
      modifiedMs: 0,
      read: async (into, offset) => {
        const rest = content.subarray(offset, offset + into.length);
        into.set(rest);
        return rest.length;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async create(): Promise<void> {
    throw new Error("nothing is made here");
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function tallyOf(mostLooks?: number): WalkTally {
  return { namesLeft: 1000, looks: new Looks(mostLooks), isCut: false, unreadable: 0 };
}

async function walked(rules: string, tally: WalkTally, until: AbortSignal = signal): Promise<number> {
  const ignore = { rules: IgnoreRules.none, above: [] };
  let found = 0;
  for await (const _ of walkTree(new Files(rules), { walk, ignore, tally }, until)) found += 1;
  return found;
}

promise("share.fair", "while names are held against hostile rules, others get their turn", async () => {
  let turns = 0;
  let isOver = false;
  const counted = (async () => {
    for (; !isOver; turns += 1) await new Promise(setImmediate);
  })();
  const tally = tallyOf();
  expect(await walked(hostile, tally)).toBe(names.length);
  isOver = true;
  await counted;
  expect(tally.isCut).toBe(false);
  expect(turns).toBeGreaterThan(names.length / 2);
});

promise("share.fair", "a walk ends, and says so, where holding names against rules takes too many looks", async () => {
  const tally = tallyOf(5_000_000);
  expect(await walked(hostile, tally)).toBe(0);
  expect(tally.isCut).toBe(true);
  expect(tally.namesLeft).toBeGreaterThan(1000 - names.length);
});

test("a name that cannot be held against all rules in time is left out, and that is told", async () => {
  const tally = tallyOf();
  expect(await walked(hostile.repeat(15), tally)).toBe(0);
  expect(tally.isCut).toBe(true);
});

test("an abort ends a walk that only looks at rules", async () => {
  const stop = new AbortController();
  setImmediate(() => stop.abort(new Error("enough")));
  await expect(walked(hostile.repeat(15), tallyOf(), stop.signal)).rejects.toThrow("enough");
});
