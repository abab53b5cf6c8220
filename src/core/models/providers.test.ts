import { expect, test } from "vitest";
import { FewSlots } from "../../../test/support/few-slots.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Endpoint, Model } from "./model.ts";
import { Models } from "./models.ts";

const own: Endpoint = { provider: "own", baseUrl: "http://localhost/v1" };
const open = ({ provider }: Endpoint): Model => ({
  provider,
  answer: async function* () {},
  listModels: async () => [],
});

test("a provider that fails is not ready while it rests, ready with a word on it then, and plainly so once it works", async () => {
  const clock = new ManualClock();
  const models = new Models({ endpoints: [own], open, catalogue: [], clock, slots: new FewSlots(4) });
  expect(models.providers()).toEqual([{ name: "own", configured: true, ready: true }]);
  const failure = new Fault("model.unavailable", "Cannot answer", { facts: { status: 503 } }).view();
  for (let count = 0; count < 5; count++) models.health.pass("own:default").failed(failure);
  const resting = expect.stringContaining("the next try is in 30 s");
  expect(models.providers()).toEqual([{ name: "own", configured: true, ready: false, reason: resting }]);
  await clock.advance(30_000);
  const rested = expect.stringContaining("is tried with the next request");
  expect(models.providers()).toEqual([{ name: "own", configured: true, ready: true, reason: rested }]);
  models.health.pass("own:default").worked();
  expect(models.providers()).toEqual([{ name: "own", configured: true, ready: true }]);
});
