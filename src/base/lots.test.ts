import { expect, test } from "vitest";
import { Lots } from "./lots.ts";
import { TurnEnd } from "./turn-end.ts";

const turn = () => new Promise(setImmediate);

test("so many are let in in one turn, and the others in the next ones, in their order", async () => {
  const lots = new Lots({ turnEnd: new TurnEnd(), most: 2 });
  const entered: number[] = [];
  const enter = async (n: number) => {
    await lots.enter();
    entered.push(n);
  };
  const all = [1, 2, 3, 4, 5].map(enter);
  await Promise.resolve();
  expect(entered).toEqual([1, 2]);
  all.push(enter(6));
  await turn();
  expect(entered).toEqual([1, 2, 3, 4]);
  await Promise.all(all);
  expect(entered).toEqual([1, 2, 3, 4, 5, 6]);
});

test("what a lot asks for is handed over before the next lot goes on", async () => {
  const turnEnd = new TurnEnd();
  const lots = new Lots({ turnEnd, most: 1 });
  const told: string[] = [];
  const ask = async (name: string) => {
    await lots.enter();
    told.push(`${name} asks`);
    turnEnd.run(() => told.push(`${name} is handed over`));
  };
  await Promise.all([ask("a"), ask("b")]);
  await turn();
  expect(told).toEqual(["a asks", "a is handed over", "b asks", "b is handed over"]);
});

test("who comes alone waits for nothing, however many came before", async () => {
  const lots = new Lots({ turnEnd: new TurnEnd(), most: 2 });
  for (let n = 0; n < 5; n++) {
    expect(lots.enter()).toBeUndefined();
    expect(lots.enter()).toBeUndefined();
    await turn();
  }
});
