import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import { testTool } from "../../../test/support/socket-rig.ts";
import type { CallContext } from "../../core/calls/work.ts";
import type { CallId } from "../../protocol/ids.ts";

const eras = ["legacy", "modern"] as const;

/** A tool that works until somebody says what it has come to. */
function gated(name = "gated") {
  const running = Promise.withResolvers<CallContext>();
  const done = Promise.withResolvers<string>();
  const tool = testTool(name, async (context) => {
    running.resolve(context);
    const gone = new Promise<never>((_, reject) =>
      context.signal.addEventListener("abort", () => reject(context.signal.reason)),
    );
    return { content: await Promise.race([done.promise, gone]) };
  });
  return { tool, running: running.promise, finish: done.resolve };
}

interface Running {
  status: string;
  call: CallId;
  next: { tool: string; arguments: Record<string, unknown> };
}

for (const era of eras) {
  promise("lost.any-connection", `${era}: a client that waits 10 s gets the whole answer of a 60 s call`, async () => {
    const clients = [{ name: "hurried*", waitMs: 8000 }];
    await using rig = await McpRig.open({ settings: { clients } });
    await using client = await rig.client({ era, name: "hurried-ide" });
    await client.listTools();
    const late = { name: "echo", arguments: { text: "late", delayMs: 60_000 } };
    let answer = await rig.inTime(client.callTool(late));
    let requests = 1;
    for (; (answer.structuredContent as { status?: string }).status === "running"; requests++) {
      const { next } = answer.structuredContent as Running;
      await using another = await rig.client({ era, name: "hurried-ide" });
      answer = await rig.inTime(another.callTool({ name: next.tool, arguments: next.arguments }));
    }
    expect(requests).toBeGreaterThan(2);
    expect(answer.content).toEqual([{ type: "text", text: "late" }]);
    expect(answer.structuredContent).toMatchObject({ tool: "echo", phase: "succeeded", result: { content: "late" } });
    expect(rig.bugs).toEqual([]);
  });

  promise("leak.task", `${era}: cancelling the request closes what its call has open`, async () => {
    const closed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const vendor = createServer((_request, response) => {
      response.on("close", closed.resolve);
      asked.resolve();
    });
    await new Promise<void>((resolve) => vendor.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    const tool = testTool("asks", async ({ signal }) => ({ content: await (await fetch(url, { signal })).text() }));
    await using rig = await McpRig.open({ tools: [tool] });
    await using client = await rig.client({ era });
    const stop = new AbortController();
    const answer = client.callTool({ name: "asks" }, { signal: stop.signal });
    await asked.promise;
    stop.abort("enough");
    await expect(answer).rejects.toThrow();
    await closed.promise;
    const [view] = await rig.core.store.calls({ principal: "ada" as never, limit: 1 });
    expect((await rig.core.ended(view?.id as CallId)).phase).toBe("cancelled");
    expect([rig.bugs, rig.faults]).toEqual([[], []]);
    vendor.close();
  });

  promise(
    "leak.notifier",
    `${era}: progress of a call is told to the request that waits for it, and to no other`,
    async () => {
      const [one, two] = [gated("one"), gated("two")];
      await using rig = await McpRig.open({ tools: [one.tool, two.tool] });
      await using client = await rig.client({ era });
      const told: { to: string; progress: number; message: string | undefined }[] = [];
      const first = Promise.withResolvers<void>();
      const waiting = async (name: string) => {
        const onprogress = ({ progress, message }: { progress: number; message?: string | undefined }) => {
          told.push({ to: name, progress, message });
          first.resolve();
        };
        return await client.callTool({ name }, { onprogress });
      };
      const answers = [waiting("one"), waiting("two")];
      const { call } = await one.running;
      while (!rig.core.journal.followed().includes(call)) await new Promise(setImmediate);
      (await two.running).emit("call.progress", { message: "half of it", done: 1, total: 2 });
      await first.promise;
      one.finish("the one");
      two.finish("the other");
      const texts = (await Promise.all(answers)).map(({ content }) => content);
      expect(texts).toEqual([[{ type: "text", text: "the one" }], [{ type: "text", text: "the other" }]]);
      expect(told.filter(({ message }) => message === "1/2: half of it")).toMatchObject([{ to: "two" }]);
    },
  );
}

test("an exchange that closes before its handle went out ends its call, a session that closes does not", async () => {
  for (const [closing, phase] of [
    ["cancels", "cancelled"],
    ["leaves", "succeeded"],
  ] as const) {
    const { tool, running, finish } = gated();
    await using rig = await McpRig.open({ tools: [tool] });
    const client = await rig.client({ era: "modern", peer: { closing } });
    const answer = client.callTool({ name: "gated" }).catch(() => "closed");
    const { call } = await running;
    await client[Symbol.asyncDispose]();
    expect(await answer).toBe("closed");
    if (closing === "leaves") finish("alone");
    expect((await rig.core.ended(call)).phase).toBe(phase);
  }
});

promise("leak.task", "a client that takes tasks and is gone before it has one leaves no call behind", async () => {
  const { tool, running } = gated();
  await using rig = await McpRig.open({ tools: [tool] });
  const params = { name: "gated", arguments: {} };
  const signal = new AbortController().signal;
  const begun = rig.servers.begin({ caller: someone("ada"), era: "modern", takes: "tasks", params, signal });
  const { call } = await running;
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const started = async () => {
    asked.resolve();
    await gone.promise;
    if (begun === undefined) throw new Error("nothing was begun");
    return await begun.started;
  };
  const options = { capabilities: { extensions: { "io.modelcontextprotocol/tasks": {} } } };
  const client = await rig.client({ era: "modern", options, peer: { closing: "cancels", begun: started } });
  const answer = client.callTool(params).catch(() => "closed");
  await asked.promise;
  await client[Symbol.asyncDispose]();
  gone.resolve();
  expect(await answer).toBe("closed");
  expect((await rig.core.ended(call)).phase).toBe("cancelled");
});

test("a repeated request joins the call of the first, and its carrier is told which that is", async () => {
  const { tool, running, finish } = gated();
  await using rig = await McpRig.open({ tools: [tool] });
  const started: CallId[] = [];
  const peer = { keyOf: () => "the-same", started: (_request: unknown, call: CallId) => void started.push(call) };
  await using one = await rig.client({ peer });
  await using two = await rig.client({ peer });
  const first = one.callTool({ name: "gated" });
  await running;
  const second = two.callTool({ name: "gated" });
  while (started.length < 2) await new Promise(setImmediate);
  finish("once");
  expect((await first).structuredContent).toMatchObject({ call: started[0], result: { content: "once" } });
  expect((await second).structuredContent).toMatchObject({ call: started[0] });
  expect(started[1]).toBe(started[0]);
});

test("a daemon that stops gives the handle to whoever waits", async () => {
  const { tool, running } = gated();
  await using rig = await McpRig.open({ tools: [tool] });
  await using client = await rig.client({ era: "modern" });
  const answer = client.callTool({ name: "gated" });
  const { call } = await running;
  rig.servers[Symbol.dispose]();
  expect((await answer).structuredContent).toMatchObject({ status: "running", call });
});

promise("proc.disconnect", "a call whose handle its client has is not ended when the client has left", async () => {
  const { tool, running, finish } = gated();
  await using rig = await McpRig.open({ tools: [{ ...tool, onDisconnect: "cancel" }] });
  await using client = await rig.client();
  const answer = client.callTool({ name: "gated" });
  const { call } = await running;
  await rig.inTime(answer);
  rig.core.presences.expect({ session: "session-ada" as never });
  await rig.clock.advance(60_000);
  finish("kept");
  expect((await rig.core.ended(call)).phase).toBe("succeeded");
});

promise(
  "say.faults",
  "faults are results that a model can read, and only what no tool answers is an error",
  async () => {
    await using rig = await McpRig.open();
    await using client = await rig.client();
    const bad = await client.callTool({ name: "echo", arguments: { text: 7 } }).catch((refused: unknown) => refused);
    expect(bad).toMatchObject({ isError: true, structuredContent: { fault: { code: "input.invalid" } } });
    await expect(client.callTool({ name: "ecko" })).rejects.toMatchObject({ code: -32_602 });
    await using raw = await rig.raw();
    expect((await raw.ask("no/such")).error).toMatchObject({ code: -32_601 });
    expect(rig.faults).toEqual(["input.invalid", "tool.unknown"]);
  },
);

test("names that clients put around a tool's are understood", async () => {
  await using rig = await McpRig.open();
  await using client = await rig.client();
  for (const name of ["echo_EXAI-WS", "mcp__exai__echo", "echo-EXAI-WS-VSCode1"])
    expect((await client.callTool({ name, arguments: { text: name } })).content).toEqual([
      { type: "text", text: name },
    ]);
});
