import { expect, test } from "vitest";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { SystemClock } from "../../base/clock.ts";
import { openQuestion } from "./open-question.ts";

const ada = someone("ada");

test("the question that a call waits for is found, however much was told since it was asked", async () => {
  const told = Promise.withResolvers<void>();
  const chatty = workOf("chatty", async (context) => {
    const answer = context.ask("which way?");
    await context.flushed();
    for (let done = 1; done <= 1000; done++) context.emit("call.progress", { message: "x".repeat(1000), done });
    await context.flushed();
    told.resolve();
    return { content: String(await answer) };
  });
  await using folder = await temporaryFolder();
  await using core = await Core.open({ works: [chatty], folder: folder.path, clock: new SystemClock() });
  const { id } = await core.start(ada, { tool: "chatty" });
  await told.promise;
  while ((await core.calls.get(ada, id)).phase !== "waiting") await new Promise(setImmediate);
  core.journal.forget(id);
  const waiting = await core.calls.get(ada, id);
  expect(waiting.seq).toBeGreaterThan(500);
  const question = await openQuestion(core.journal, waiting);
  expect(question).toMatchObject({ prompt: "which way?" });
  await core.calls.answer(ada, id, { request: question?.request ?? "", value: "left" });
  const view = await core.ended(id);
  expect(view.result?.content).toBe("left");
  expect(await openQuestion(core.journal, view)).toBeUndefined();
});
