import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { Called } from "./bind-verbs.ts";
import { GroupCommit, type OnCommit, type Outcome } from "./group-commit.ts";

/** A group commit over an engine that answers each verb with its number, `atOnce` of a batch. */
function commitsOf(atOnce: number, onCommit?: OnCommit) {
  const batches: number[] = [];
  const seen: unknown[] = [];
  const commits = new GroupCommit({
    onCommit,
    commit: async (batch) => {
      batches.push(batch.length);
      const done = batch.slice(0, atOnce);
      seen.push(...done.map(({ request }) => request));
      return done.map(({ request }) => ({ value: request }));
    },
  });
  return { commits, batches, seen };
}

function verb(request: unknown): Called {
  return { name: "check", request };
}

test("what the engine leaves over of a batch goes first, in order", async () => {
  const counts: number[] = [];
  const { commits, batches, seen } = commitsOf(2, (_ms, verbs) => counts.push(verbs));
  const asked = [1, 2, 3, 4, 5].map((n) => commits.run(verb(n)));
  const later = asked[0]?.then(() => commits.run(verb(6)));
  expect(await Promise.all([...asked, later])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(batches[0]).toBe(5);
  expect(counts.every((count) => count <= 2)).toBe(true);
});

test("an engine that answers nothing is a bug that whoever waits is told", async () => {
  const { commits } = commitsOf(0);
  await expect(commits.run(verb(1))).rejects.toThrow("none of the verbs");
});

promise("auth.frames", "large requests go to the engine a few at a time", async () => {
  const { commits, batches } = commitsOf(100);
  const large = { input: "x".repeat(3 * 1024 * 1024), entries: [] };
  await Promise.all([1, 2, 3, 4, 5].map(() => commits.run(verb(large))));
  expect(batches).toEqual([2, 2, 1]);
});

promise(
  "share.fair",
  "an engine that takes batches ahead is given few large ones: a small verb waits for no more",
  async () => {
    const batches: number[] = [];
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    const commits = new GroupCommit({
      ahead: 4,
      commit: async (batch) => {
        batches.push(batch.length);
        await answered;
        return batch.map(({ request }) => ({ value: request }));
      },
    });
    const large = { input: "x".repeat(3 * 1024 * 1024), entries: [] };
    const asked = Array.from({ length: 7 }, () => commits.run(verb(large)));
    await new Promise(setImmediate);
    expect(batches).toEqual([2, 2]);
    resolve();
    await Promise.all(asked);
    expect(batches).toEqual([2, 2, 2, 1]);
  },
);

test("verbs called in one turn are one commit, and what follows from an answer is another", async () => {
  const { commits, batches } = commitsOf(100);
  const calls = Array.from({ length: 30 }, (_, n) => Promise.resolve().then(() => commits.run(verb(n))));
  await Promise.all(calls);
  await commits.run(verb("later"));
  expect(batches).toEqual([30, 1]);
});

test("the engine has what waits before anybody goes on with an answer", async () => {
  const told: string[] = [];
  const commits = new GroupCommit({
    commit: async (batch) => {
      told.push(`commit ${batch.map(({ request }) => request).join(" ")}`);
      return batch.slice(0, 1).map(({ request }) => ({ value: request }));
    },
  });
  const asked = ["a", "b"].map((name) => commits.run(verb(name)).then(() => told.push(`on with ${name}`)));
  await Promise.all(asked);
  expect(told).toEqual(["commit a b", "commit b", "on with a", "on with b"]);
});

test("an engine that takes batches ahead has the next ones before it has answered, and what it left over first", async () => {
  const asked: { batch: string; answer: (outcomes: Outcome[]) => void }[] = [];
  const commits = new GroupCommit({
    ahead: 2,
    commit: (batch, turn) => {
      const { promise: answered, resolve } = Promise.withResolvers<Outcome[]>();
      asked.push({ batch: [turn, ...batch.map(({ request }) => request)].join(" "), answer: resolve });
      return answered;
    },
  });
  const turn = () => new Promise(setImmediate);
  const all = [commits.run(verb("a")), commits.run(verb("b"))];
  await turn();
  all.push(commits.run(verb("c")));
  await turn();
  all.push(commits.run(verb("d")));
  await turn();
  expect(asked.map(({ batch }) => batch)).toEqual(["next a b", "next c"]);
  asked[0]?.answer([{ value: "a" }]);
  await turn();
  expect(asked[2]?.batch).toBe("rest b");
  asked[2]?.answer([{ value: "b" }]);
  await turn();
  expect(asked[3]?.batch).toBe("next d");
  const closing = commits[Symbol.asyncDispose]();
  asked[1]?.answer([{ value: "c" }]);
  asked[3]?.answer([{ value: "d" }]);
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
  await closing;
});

test("whoever closes it waits for what was called, also where another closes it just then", async () => {
  const { promise: answered, resolve } = Promise.withResolvers<Outcome[]>();
  const commits = new GroupCommit({ commit: () => answered });
  const asked = commits.run(verb("a"));
  const closing = [commits[Symbol.asyncDispose](), commits[Symbol.asyncDispose]()];
  resolve([{ value: "a" }]);
  await expect(asked).resolves.toBe("a");
  await Promise.all(closing);
});
