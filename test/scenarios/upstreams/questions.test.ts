import { expect, test } from "vitest";
import { clientOf, startPatiently } from "../socket-client.ts";
import { daemonOver, program } from "./servers.ts";

test.each(["2025-11-25", "2026-07-28"])(
  "a question of a server of %s is a question of its call, and the answer reaches it",
  async (protocol) => {
    await using daemon = await daemonOver({ notebook: program("mcp-notebook", [], { protocol }) });
    await using client = clientOf(daemon);
    const answered = async (value: unknown) => {
      const call = await startPatiently(client, "notebook.ask", { input: {}, follow: true });
      for await (const event of call.events)
        if ("type" in event && event.type === "input.requested") {
          const { request, prompt, schema } = event.data as { request: string; prompt: string; schema?: unknown };
          expect(prompt).toBe("notebook asks: Which color?");
          expect(schema).toMatchObject({ properties: { color: { type: "string" } } });
          await call.answer(request, value);
        }
      return (await call.result()).result?.content;
    };
    expect(await answered({ color: "green" })).toBe('likes {"color":"green"}');
    expect(await answered("blue")).toBe('likes {"color":"blue"}');
    expect(await answered({ action: "decline" })).toBe("would not say");
  },
);

test("what a server says of its progress is the call's progress, and no flood of it fills the journal", async () => {
  await using daemon = await daemonOver({ notebook: program("mcp-notebook") });
  await using client = clientOf(daemon);
  const call = await startPatiently(client, "notebook.count", { input: { to: 5000 }, follow: true });
  const progress: unknown[] = [];
  for await (const event of call.events)
    if ("type" in event && event.type === "call.progress") progress.push(event.data);
  expect((await call.result()).result?.content).toBe("counted to 5000");
  expect(progress[0]).toEqual({ message: "at 1", done: 1, total: 5000 });
  expect(progress.length).toBeLessThan(1000);
});
