import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { ChatBench } from "../../test/support/chat-bench.ts";
import { Core, someone, temporaryFolder } from "../../test/support/core.ts";
import { RequestSockets } from "../../test/support/request-sockets.ts";
import { type Clock, SystemClock } from "../base/clock.ts";
import type { Store } from "../core/store/store.ts";
import { terminalTypes } from "../protocol/endings.ts";
import type { EventType } from "../protocol/events.ts";

const ada = someone("ada");
const prompt = "say hello";

test("a chat answers with the whole text, says who answered, and shows the text as it came", async () => {
  await using bench = await ChatBench.open([{ kind: "answer", text: "hello world", chunks: 4, reasoning: "hm" }]);
  using call = bench.context();
  const result = await bench.chat.run(call, { prompt, system: "be brief", temperature: 0.5 });
  const named = { provider: "bench", model: "small-1", why: "the default of bench" };
  expect(result).toEqual({ content: "hello world", data: { ...named, finish: "stop" } });
  const deltas = call.of("output.delta");
  expect(deltas.slice(0, 2).map(({ kind }) => kind)).toEqual(["reasoning", "text"]);
  const [thought, ...said] = deltas.map(({ text }) => text);
  expect([thought, said.join("")]).toEqual(["hm", "hello world"]);
  expect(call.types.at(-1)).toBe("model.answered");
  expect(call.usage).toMatchObject({ modelCalls: 1, requests: 1, retries: 0, models: [named] });
  const [seen] = bench.vendor.seen;
  expect(seen?.body).toMatchObject({ model: "small-1", temperature: 0.5 });
  expect(seen?.headers["traceparent"]).toBe(call.traceparent);
  expect(JSON.stringify(seen?.body["messages"])).toMatch(/system.*be brief.*user.*say hello/);
});

test("an answer that an earlier attempt recorded is not asked for again, and its model is named", async () => {
  await using bench = await ChatBench.open();
  using before = bench.context();
  const answered = await bench.chat.run(before, { prompt });
  using after = bench.context({ attempt: 2, recorded: before.recorded });
  expect(await bench.chat.run(after, { prompt })).toEqual(answered);
  expect(bench.vendor.seen).toHaveLength(1);
  expect(after.usage.models).toEqual(before.usage.models);
});

test("the slot of its first grant is that of the model it will ask, and none where there is no such model", async () => {
  await using bench = await ChatBench.open();
  expect(bench.chat.provider?.({ prompt })).toBe("bench:default");
  expect(bench.chat.provider?.({ prompt, model: "bench/" })).toBeUndefined();
});

test("input is parsed: a prompt is needed, unknown fields are told", async () => {
  await using bench = await ChatBench.open();
  expect(bench.chat.input.safeParse({}).success).toBe(false);
  expect(bench.chat.input.safeParse({ prompt, max_tokens: 5 }).success).toBe(false);
  expect(bench.chat.input.safeParse({ prompt, maxOutputTokens: 5 }).success).toBe(true);
});

/** A core whose store notes, whenever an ending is written, which requests' sockets were closed by then. */
async function withChat(
  clock: Clock,
  bench: ChatBench,
  body: (core: Core, closedAtEnding: boolean[][]) => Promise<void>,
): Promise<void> {
  using sockets = new RequestSockets();
  await using folder = await temporaryFolder();
  const closedAtEnding: boolean[][] = [];
  const wrapStore = (store: Store) => {
    const append = store.append.bind(store);
    store.append = async (request) => {
      if (request.entries.some(({ type }) => isTerminal(type))) closedAtEnding.push(sockets.destroyed);
      return await append(request);
    };
    return store;
  };
  await using core = await Core.open({ clock, folder: folder.path, works: [bench.chat], wrapStore });
  await body(core, closedAtEnding);
  expect(core.held).toBe(0);
}

function isTerminal(type: EventType): boolean {
  return (terminalTypes as readonly EventType[]).includes(type);
}

const closes = "has closed the vendor's socket before its call's ending is written";

promise("leak.task", `a chat that is cancelled in the middle of its answer ${closes}`, async () => {
  await using bench = await ChatBench.open([{ kind: "stall", text: "x".repeat(3000) }]);
  await withChat(new SystemClock(), bench, async (core, closedAtEnding) => {
    const { id } = await core.start(ada, { tool: "chat", input: { prompt } });
    await bench.vendor.arrived(1);
    await core.calls.control(ada, id, "cancel");
    const view = await core.ended(id);
    expect(view).toMatchObject({ phase: "cancelled", usage: { requests: 1, models: [{ model: "small-1" }] } });
    expect(closedAtEnding).toEqual([[true]]);
    expect(await bench.vendor.seen[0]?.over).toBe("early");
  });
});

promise("leak.task", `a chat whose deadline passes while the vendor is silent ${closes}`, async () => {
  await using bench = await ChatBench.open([{ kind: "hang" }]);
  await withChat(bench.clock, bench, async (core, closedAtEnding) => {
    const { id } = await core.start(ada, { tool: "chat", input: { prompt }, deadlineMs: 5000 });
    await bench.vendor.arrived(1);
    await bench.clock.advance(5000);
    expect(await core.ended(id)).toMatchObject({ phase: "expired", fault: { code: "call.deadline" } });
    expect(closedAtEnding).toEqual([[true]]);
    expect(await bench.vendor.seen[0]?.over).toBe("early");
  });
});
