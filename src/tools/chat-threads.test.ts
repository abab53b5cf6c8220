import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../test/promise.ts";
import { TalkBench } from "../../test/support/talk-bench.ts";
import type { CallView } from "../protocol/result.ts";

function continuationOf({ result }: CallView): string {
  const { continuation_id = "" } = (result?.data ?? {}) as { continuation_id?: string };
  return continuation_id;
}

/** The messages of the request, as `role: text`. */
function messagesOf(bench: TalkBench, request: number): string[] {
  const { messages } = (bench.vendor.seen[request]?.body ?? {}) as { messages: { role: string; content: unknown }[] };
  return messages.map(({ role, content }) => `${role}: ${typeof content === "string" ? content : textIn(content)}`);
}

function textIn(content: unknown): string {
  return (content as { text?: string }[]).map(({ text = "" }) => text).join("");
}

promise(
  "lost.restart-threads",
  "a conversation goes on after a restart: real messages, each once, with the model that answered last",
  async () => {
    await using bench = await TalkBench.open();
    const ada = bench.someone("ada");
    const first = await bench.call(ada, { tool: "chat", input: { prompt: "my name is Ada", model: "bench/two" } });
    expect(continuationOf(first)).toBe(first.call);
    await bench.restart();
    const again = { prompt: "what is my name?", continuation_id: first.call };
    const second = await bench.call(ada, { tool: "chat", input: again });
    expect(messagesOf(bench, 1)).toEqual([
      "user: my name is Ada",
      "assistant: echo: my name is Ada",
      "user: what is my name?",
    ]);
    expect(second).toMatchObject({
      thread: first.call,
      result: {
        data: { continuation_id: first.call, model: "two", why: "the last to answer in this thread" },
      },
    });
    await bench.call(ada, { tool: "chat", input: { prompt: "and now?", continuation_id: first.call, model: "one" } });
    expect(messagesOf(bench, 2)).toHaveLength(5);
    expect(bench.vendor.seen[2]?.body["model"]).toBe("one");
  },
);

test("a thread that is not there, or another's, is the same unknown one, and nobody is asked", async () => {
  await using bench = await TalkBench.open();
  const { call } = await bench.call(bench.someone("ada"), { tool: "chat", input: { prompt: "hello" } });
  for (const [who, continuation_id] of [
    ["bob", call],
    ["ada", "nowhere"],
  ] as const) {
    const view = await bench.call(bench.someone(who), { tool: "chat", input: { prompt: "go on", continuation_id } });
    expect(view).toMatchObject({ phase: "failed", fault: { code: "thread.unknown" } });
  }
  expect(bench.vendor.seen).toHaveLength(1);
});

test("files are shown with their hash on record; one that changed or went since is named to the model and to the user", async () => {
  await using bench = await TalkBench.open();
  const ada = bench.someone("ada");
  const [kept, changed, gone] = ["kept.ts", "changed.ts", "gone.ts"].map((name) => join(bench.folder, name)) as [
    string,
    string,
    string,
  ];
  for (const file of [kept, changed, gone]) await writeFile(file, `the first ${file.slice(-7)}\n`);
  const input = { prompt: "look", absolute_file_paths: [kept, "changed.ts", gone] };
  const first = await bench.call(ada, { tool: "chat", input });
  expect(messagesOf(bench, 0)[0]).toMatch(/look[\s\S]*kept\.ts, lines 1 to 1[\s\S]*the first[\s\S]*gone\.ts/);
  const shown = [kept, changed, gone].map((path) => ({
    path,
    sha256: expect.stringMatching(/^[\da-f]{64}$/),
    from: 1,
    to: 1,
  }));
  expect(first.result?.data).toMatchObject({ files: shown });
  const sent = (await bench.core.events(first.call)).filter(({ type }) => type === "files.sent");
  expect(sent.map(({ data }) => data)).toEqual([{ provider: "bench", files: shown }]);
  await writeFile(changed, "the second\n");
  await rm(gone);
  const second = await bench.call(ada, { tool: "chat", input: { prompt: "again", continuation_id: first.call } });
  const last = messagesOf(bench, 1).at(-1) ?? "";
  expect(last).toContain("the second");
  expect(last).toMatch(/\[Changed since they were shown earlier in this conversation: .*changed\.ts\]/);
  expect(last).toMatch(/\[Shown earlier in this conversation and no longer readable: .*gone\.ts\]/);
  expect(messagesOf(bench, 1)[0]).toBe("user: look");
  expect(second.result?.data).toMatchObject({
    changed: [
      { path: changed, was: expect.any(String), is: expect.any(String) },
      { path: gone, was: expect.any(String) },
    ],
  });
  const progress = (await bench.core.events(second.call)).filter(({ type }) => type === "call.progress");
  expect(progress.map(({ data }) => (data as { message: string }).message)).toEqual([
    `${changed} has changed since it was shown in this thread`,
    `${gone} cannot be read any more since it was shown in this thread`,
  ]);
});

test("what the window does not hold is left out from the oldest, and named to both", async () => {
  await using bench = await TalkBench.open();
  const ada = bench.someone("ada");
  const model = "narrow";
  const long = (name: string) => `${name} ${"word ".repeat(600)}`;
  const { call: thread } = await bench.call(ada, { tool: "chat", input: { prompt: long("first"), model } });
  await bench.call(ada, { tool: "chat", input: { prompt: "second", model, continuation_id: thread } });
  const view = await bench.call(ada, {
    tool: "chat",
    input: { prompt: long("third"), model, continuation_id: thread },
  });
  expect(messagesOf(bench, 2).slice(0, 2)).toEqual(["user: second", "assistant: echo: second"]);
  expect(messagesOf(bench, 2).at(-1)).toContain(
    "[The first 2 turns of this conversation are left out for lack of room.]",
  );
  expect(view.result?.data).toMatchObject({ omitted: { turns: 2, files: [] } });
  await writeFile(join(bench.folder, "long.txt"), "line\n".repeat(3000));
  const shown = await bench.call(ada, { tool: "chat", input: { prompt: "look", model, files: ["long.txt"] } });
  expect(shown.result?.data).toMatchObject({
    files: [{ path: expect.stringContaining("long.txt"), from: 1 }],
    omitted: { turns: 0, files: [{ why: "no-room", to: 3000 }] },
  });
  const tooLong = await bench.call(ada, { tool: "chat", input: { prompt: long(long("x").repeat(5)), model } });
  expect(tooLong).toMatchObject({ phase: "failed", fault: { code: "input.too-large" } });
});

test("two callers who began with the same question go on in threads of their own", async () => {
  await using bench = await TalkBench.open();
  const ada = bench.someone("ada");
  const asked = { tool: "chat", input: { prompt: "review it" } };
  const [one, two] = [await bench.call(ada, asked), await bench.call(ada, asked)];
  expect(two.sharedWith).toBe(one.call);
  expect([continuationOf(one), continuationOf(two)]).toEqual([one.call, two.call]);
  for (const [index, { call }] of [one, two].entries())
    await bench.call(ada, { tool: "chat", input: { prompt: `only ${index}`, continuation_id: call } });
  expect(messagesOf(bench, 2)).toEqual(["user: review it", "assistant: echo: review it", "user: only 1"]);
});

promise("run.caches", "an answer that was cut at its limit is nobody else's answer", async () => {
  await using bench = await TalkBench.open();
  bench.vendor.reply({ kind: "answer", text: "half an ans", finish: "length" });
  const ada = bench.someone("ada");
  const asked = { tool: "chat", input: { prompt: "explain" } };
  expect((await bench.call(ada, asked)).result).toMatchObject({ content: "half an ans", partial: true });
  expect((await bench.call(ada, asked)).result).toMatchObject({ content: "echo: explain" });
});

promise("run.caches", "the same question about a file that has changed is asked again", async () => {
  await using bench = await TalkBench.open();
  const path = join(bench.folder, "plan.txt");
  const asked = { tool: "chat", input: { prompt: "is it good?", files: [path] } };
  for (const text of ["the first plan", "the second plan"]) {
    await writeFile(path, text);
    await bench.call(bench.someone("ada"), asked);
  }
  expect(bench.vendor.seen).toHaveLength(2);
  expect(messagesOf(bench, 1).join()).toContain("the second plan");
});

test("under auto the question is composed for the model that it is sent to", async () => {
  const auto = [
    { when: "thinking", model: "bench/one" },
    { when: "chat", model: "bench/narrow" },
  ];
  await using bench = await TalkBench.open({ auto });
  const path = join(bench.folder, "long.txt");
  await writeFile(path, Array.from({ length: 2000 }, (_, line) => `line ${line}\n`).join(""));
  const input = { prompt: "what is it?", files: [path] };
  const ada = bench.someone("ada");
  const part = await bench.call(ada, { tool: "chat", input });
  expect(part).toMatchObject({ phase: "succeeded", result: { data: { model: "narrow", omitted: { turns: 0 } } } });
  const whole = await bench.call(ada, { tool: "chat", input: { ...input, thinking_mode: "high" } });
  expect(whole).toMatchObject({ phase: "succeeded", result: { data: { model: "one" } } });
  expect(whole.result?.data).not.toHaveProperty("omitted");
});

test("a directory among the files is shown as what lies below it, and the result names what was left out", async () => {
  await using bench = await TalkBench.open();
  const ada = bench.someone("ada");
  await mkdir(join(bench.folder, "src"));
  await writeFile(join(bench.folder, "src/tea.ts"), "const TEA = 1;\n");
  await writeFile(join(bench.folder, "src/.npmrc"), "token\n");
  const view = await bench.call(ada, { tool: "chat", input: { prompt: "what is here?", files: ["src"] } });
  expect(messagesOf(bench, 0)[0]).toContain("1| const TEA = 1;");
  expect(messagesOf(bench, 0)[0]).toMatch(/\[Not shown here: .*src\/\.npmrc \(/);
  expect(view.result?.data).toMatchObject({
    files: [{ path: expect.stringMatching(/src\/tea\.ts$/) }],
    omitted: { turns: 0, files: [{ path: expect.stringMatching(/src\/\.npmrc$/) }] },
  });
});
