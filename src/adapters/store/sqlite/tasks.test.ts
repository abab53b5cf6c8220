import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { Called } from "../../../core/store/bind-verbs.ts";
import type { Turn } from "../../../core/store/group-commit.ts";
import type { Answer, Numbered, Task } from "./messages.ts";
import { Tasks } from "./tasks.ts";

const turn = () => new Promise(setImmediate);

/** Tasks over a store that answers each verb with its request, at most `atOnce` of them in a commit. */
function tasksOf(atOnce = 100) {
  const done: string[] = [];
  const answers = new Map<number, Answer>();
  const tasks = new Tasks({
    commit: (batch) => {
      const some = batch.slice(0, atOnce).map(({ request }) => request);
      done.push(some.join(" "));
      if (some.includes("bad")) throw new Error("No disk");
      return some.map((value) => ({ value }));
    },
    perform: (task) => {
      done.push(task.do);
      return task.do;
    },
    answer: (id, answer) => answers.set(id, answer),
  });
  return { tasks, done, answers };
}

function verbs(id: number, requests: string, turn: Turn = "next"): Numbered<Task> {
  const batch: Called[] = requests.split(" ").map((request) => ({ name: "check", request }));
  return { id, body: { do: "verbs", batch, turn } };
}

function values(requests: string): Answer {
  return { value: requests.split(" ").map((value) => ({ value })) };
}

test("verbs that have arrived are one commit, and each message is answered what is its own", async () => {
  const { tasks, done, answers } = tasksOf();
  tasks.take(verbs(1, "a b"));
  tasks.take(verbs(2, "c"));
  await turn();
  expect(done).toEqual(["a b c"]);
  expect(answers.get(1)).toEqual(values("a b"));
  expect(answers.get(2)).toEqual(values("c"));
});

test("a task is done after the verbs that came before it, and before those that came after", async () => {
  const { tasks, done } = tasksOf();
  tasks.take(verbs(1, "a"));
  tasks.take({ id: 2, body: { do: "size" } });
  tasks.take(verbs(3, "b"));
  await turn();
  expect(done).toEqual(["a", "size", "b"]);
});

promise("lost.accepted", "what cannot be committed together is committed message by message, in order", async () => {
  const { tasks, done, answers } = tasksOf();
  tasks.take(verbs(1, "a b"));
  tasks.take(verbs(2, "bad"));
  tasks.take(verbs(3, "c"));
  tasks.take({ id: 4, body: { do: "size" } });
  await turn();
  expect(done).toEqual(["a b bad c", "a b", "bad", "c", "size"]);
  expect(answers.get(1)).toEqual(values("a b"));
  expect(answers.get(2)).toMatchObject({ failure: { bug: { message: "No disk" } } });
  expect(answers.get(3)).toEqual(values("c"));
});

test("an answer that cannot be told keeps nobody behind it waiting", async () => {
  const told: number[] = [];
  const tasks = new Tasks({
    commit: () => [{ value: () => {} }],
    perform: () => {},
    answer: (id, answer) => {
      structuredClone(answer);
      told.push(id);
    },
  });
  tasks.take(verbs(1, "a b"));
  tasks.take({ id: 2, body: { do: "size" } });
  await turn();
  expect(told).toEqual([1, 2]);
});

test("what an answer had no room for is done before anything that came after it", async () => {
  const { tasks, done, answers } = tasksOf(2);
  tasks.take(verbs(1, "a"));
  tasks.take(verbs(2, "b c"));
  tasks.take(verbs(3, "d"));
  tasks.take({ id: 4, body: { do: "size" } });
  await turn();
  expect(answers.get(2)).toEqual(values("b"));
  await turn();
  expect(done).toEqual(["a b"]);
  tasks.take(verbs(5, "c", "rest"));
  await turn();
  expect(done).toEqual(["a b", "c d", "size"]);
  expect(answers.get(5)).toEqual(values("c"));
});

test("a message that a commit ended before is in the next one", async () => {
  const { tasks, done, answers } = tasksOf(2);
  tasks.take(verbs(1, "a b"));
  tasks.take(verbs(2, "c"));
  await turn();
  expect(done).toEqual(["a b", "c"]);
  expect(answers.get(2)).toEqual(values("c"));
});
