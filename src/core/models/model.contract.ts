import { describe, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RequestSockets } from "../../../test/support/request-sockets.ts";
import { chatCompletions } from "../../../test/support/vendor-protocols/chat-completions.ts";
import type { VendorProtocol } from "../../../test/support/vendor-protocols/vendor-protocol.ts";
import { type Reply, VendorServer } from "../../../test/support/vendor-server.ts";
import { Cancelled } from "../../base/abort.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Endpoint, Model, ModelPart, ModelRequest, ToolCall } from "./model.ts";

const apiKey = "sk-contract-0123456789abcdef";
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const never = new AbortController().signal;

function request(extra: Partial<ModelRequest> = {}): ModelRequest {
  return { model: "small-1", messages: [{ role: "user", text: "say hello" }], maxOutputTokens: 100, ...extra };
}

async function all(parts: AsyncIterable<ModelPart>): Promise<ModelPart[]> {
  return await Array.fromAsync(parts);
}

function textOf(parts: readonly ModelPart[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

async function faultOf(parts: AsyncIterable<ModelPart>): Promise<Fault> {
  const failure = await all(parts).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Fault);
  return failure as Fault;
}

interface Bench extends AsyncDisposable {
  vendor: VendorServer;
  model: Model;
}

/** What every adapter of `Model` keeps, against a vendor that speaks its protocol. */
export function modelContract(open: (endpoint: Endpoint) => Model, protocol: VendorProtocol = chatCompletions): void {
  async function bench(...replies: Reply[]): Promise<Bench> {
    const vendor = await VendorServer.open(protocol);
    vendor.reply(...replies);
    const model = open({ provider: "bench", baseUrl: vendor.baseUrl, apiKey });
    return { vendor, model, [Symbol.asyncDispose]: async () => await vendor[Symbol.asyncDispose]() };
  }

  describe("an answer", () => {
    test("comes in parts, in order, and ends with the reason, the vendor's usage and the name of what answered", async () => {
      const usage = { inputTokens: 11, outputTokens: 22 };
      await using on = await bench({ kind: "answer", text: "hello world", chunks: 4, usage, model: "small-1-0930" });
      const parts = await all(on.model.answer(request(), never));
      expect(parts.filter(({ type }) => type === "text")).toHaveLength(4);
      expect(textOf(parts)).toBe("hello world");
      expect(parts.at(-1)).toEqual({ type: "end", reason: "stop", usage, model: "small-1-0930" });
    });

    test("shows a part before the next one exists", async () => {
      const more = Promise.withResolvers<void>();
      const before = (piece: number) => (piece === 1 ? more.promise : undefined);
      await using on = await bench({ kind: "answer", text: "ab", chunks: 2, before });
      const parts = on.model.answer(request(), never)[Symbol.asyncIterator]();
      expect((await parts.next()).value).toEqual({ type: "text", text: "a" });
      more.resolve();
      expect((await parts.next()).value).toEqual({ type: "text", text: "b" });
      await parts.return?.();
    });

    test("keeps reasoning apart from text", async () => {
      await using on = await bench({ kind: "answer", text: "42", reasoning: "6 × 7" });
      const parts = await all(on.model.answer(request(), never));
      expect(parts[0]).toEqual({ type: "reasoning", text: "6 × 7" });
      expect(textOf(parts)).toBe("42");
    });

    test("ends without usage where the vendor sends none", async () => {
      await using on = await bench({ kind: "answer", text: "hi", usage: null });
      expect((await all(on.model.answer(request(), never))).at(-1)).toEqual({
        type: "end",
        reason: "stop",
        model: "small-1",
      });
    });

    test.each([
      [{ inputTokens: 0, outputTokens: 0 }, undefined],
      [{ inputTokens: -5, outputTokens: 7 }, undefined],
      [{ inputTokens: 5, outputTokens: 0 }, undefined],
      [
        { inputTokens: 1.5, outputTokens: 7 },
        { inputTokens: 2, outputTokens: 7 },
      ],
    ])("whose usage is %j is charged as %j", async (usage, charged) => {
      await using on = await bench({ kind: "answer", text: "hi", usage });
      const end = (await all(on.model.answer(request(), never))).at(-1);
      expect(end?.type === "end" && end.usage).toEqual(charged);
    });

    test.each([
      ["length", "length"],
      ["content_filter", "other"],
      ["the vendor's own", "other"],
    ])("that ends for %s says %s", async (finish, reason) => {
      await using on = await bench({ kind: "answer", text: "hi", finish });
      expect((await all(on.model.answer(request(), never))).at(-1)).toMatchObject({ type: "end", reason });
    });

    test("to a request asks for exactly what was given, with key and trace", async () => {
      await using on = await bench();
      const messages = [{ role: "system" as const, text: "be brief" }, ...request().messages];
      await all(on.model.answer(request({ messages, temperature: 0.5, traceparent }), never));
      const [seen] = on.vendor.seen;
      const { name, value } = protocol.keyHeader;
      expect(seen?.headers).toMatchObject({ [name]: value(apiKey), traceparent });
      expect(seen?.asked).toEqual({ model: "small-1", prompt: "say hello", maxOutputTokens: 100, temperature: 0.5 });
      expect(JSON.stringify(seen?.body)).toContain("be brief");
    });

    test("may ask for tools, whose arguments come whole, and goes on with what they answered", async () => {
      const call = { id: "call-1", tool: "look_up", arguments: '{"word":"tea"}' };
      await using on = await bench(
        { kind: "answer", text: "", toolCalls: [call] },
        { kind: "answer", text: "a drink" },
      );
      const schema = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
      const tools = [{ name: "look_up", description: "Looks a word up.", schema }];
      const parts = await all(on.model.answer(request({ tools }), never));
      const asked = parts.find((part) => part.type === "tool-call");
      expect(asked).toMatchObject({ type: "tool-call", tool: "look_up", arguments: '{"word":"tea"}' });
      expect(parts.at(-1)).toMatchObject({ type: "end", reason: "tools" });
      if (asked?.type !== "tool-call") return;
      const { type: _type, ...toolCall } = asked;
      const messages = [
        ...request().messages,
        { role: "assistant" as const, text: "", toolCalls: [toolCall] },
        { role: "tool" as const, text: "a hot leaf", toolCallId: toolCall.id },
      ];
      expect(textOf(await all(on.model.answer(request({ messages, tools }), never)))).toBe("a drink");
      const sent = JSON.stringify(on.vendor.seen[1]?.body);
      for (const said of ["look_up", "tea", "a hot leaf"]) expect(sent).toContain(said);
    });

    test("may ask for several tools at once, and goes on with what each came to and with what it thought", async () => {
      const calls = ["tea", "pot"].map((word, at) => ({
        id: `call-${at}`,
        tool: "look_up",
        arguments: JSON.stringify({ word }),
      }));
      await using on = await bench(
        { kind: "answer", text: "", reasoning: "both are needed", toolCalls: calls },
        { kind: "answer", text: "done" },
      );
      const schema = { type: "object", properties: { word: { type: "string" } } };
      const tools = [{ name: "look_up", description: "Looks a word up.", schema }];
      const parts = await all(on.model.answer(request({ tools }), never));
      const toolCalls = parts.flatMap(({ type, ...call }) => (type === "tool-call" ? [call as ToolCall] : []));
      expect(toolCalls.map((call) => JSON.parse(call.arguments))).toEqual([{ word: "tea" }, { word: "pot" }]);
      expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(2);
      const end = parts.at(-1);
      const carry = end?.type === "end" && end.carry !== undefined ? { carry: end.carry } : {};
      const messages = [
        ...request().messages,
        { role: "assistant" as const, text: "", reasoning: "both are needed", toolCalls, ...carry },
        ...toolCalls.map(({ id }, at) => ({ role: "tool" as const, text: `result ${at}`, toolCallId: id })),
      ];
      expect(textOf(await all(on.model.answer(request({ messages, tools }), never)))).toBe("done");
      const sent = JSON.stringify(on.vendor.seen[1]?.body);
      for (const said of ["both are needed", "tea", "pot", "result 0", "result 1"]) expect(sent).toContain(said);
      expect(sent.indexOf("result 0")).toBeLessThan(sent.indexOf("result 1"));
    });

    test("may be asked about an image, whose bytes go with the question", async () => {
      await using on = await bench();
      const bytes = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]);
      const messages = [
        { role: "user" as const, text: "what is it?", images: [{ name: "a.png", mediaType: "image/png", bytes }] },
      ];
      await all(on.model.answer(request({ messages }), never));
      expect(JSON.stringify(on.vendor.seen[0]?.body)).toContain(Buffer.from(bytes).toString("base64"));
    });

    test("never carries a larger output limit than it was given, however hard it thinks", async () => {
      for (const mode of ["minimal", "low", "medium", "high", "max"] as const) {
        await using on = await bench();
        await all(on.model.answer(request({ thinking: { mode }, maxOutputTokens: 3000 }), never));
        expect(on.vendor.seen[0]?.asked.maxOutputTokens).toBe(3000);
      }
    });
  });

  describe("a failure", () => {
    test.each([
      [400, "model.refused", false],
      [401, "model.credentials", false],
      [403, "model.credentials", false],
      [404, "model.unknown", false],
      [422, "model.refused", false],
      [429, "model.limited", true],
      [500, "model.unavailable", true],
      [503, "model.unavailable", true],
    ])("with status %i is %s", async (status, code, safe) => {
      await using on = await bench({ kind: "status", status, body: { error: { message: "too bad" } } });
      const fault = await faultOf(on.model.answer(request(), never));
      expect(fault).toMatchObject({ code, retry: { safe }, facts: { provider: "bench", model: "small-1", status } });
      expect(fault.message).toMatch(/^Cannot answer with small-1: bench .*, expected /);
      expect(on.vendor.seen).toHaveLength(1);
    });

    promise(
      "run.retry-one-layer",
      "is never repeated by the adapter, which says when the vendor wants the next try",
      async () => {
        await using on = await bench({ kind: "status", status: 429, headers: { "retry-after": "7" } });
        const fault = await faultOf(on.model.answer(request(), never));
        expect(fault.retry).toEqual({ safe: true, afterMs: 7000 });
        expect(on.vendor.seen).toHaveLength(1);
      },
    );

    test("to connect is model.unavailable, with the host and the system's code", async () => {
      await using on = await bench();
      await on.vendor[Symbol.asyncDispose]();
      const fault = await faultOf(on.model.answer(request(), never));
      expect(fault).toMatchObject({
        code: "model.unavailable",
        facts: { code: "ECONNREFUSED" },
        retry: { safe: true },
      });
    });

    promise(
      "run.budget",
      "after the question was sent and before anything of the answer is model.cut: nobody knows what it costs",
      async () => {
        await using on = await bench({ kind: "reset" });
        const fault = await faultOf(on.model.answer(request(), never));
        expect(fault).toMatchObject({ code: "model.cut", retry: { safe: true } });
      },
    );

    test.each([
      ["a socket that closes", { kind: "cut", text: "hel" }],
      ["a body that ends early", { kind: "unfinished", text: "hel" }],
      ["a line that does not end", { kind: "raw", text: "hel", data: "x".repeat(34 * 1024 * 1024) }],
      ["an event that is no JSON", { kind: "raw", text: "hel", data: "{oops" }],
      ["an event of another shape", { kind: "misshapen", text: "hel" }],
      ["an error inside the stream", { kind: "error", text: "hel", message: "overloaded" }],
    ] as [string, Reply][])("in the middle, by %s, is model.cut after the parts that came", async (_name, reply) => {
      await using on = await bench(reply);
      const came: ModelPart[] = [];
      const reading = (async () => {
        for await (const part of on.model.answer(request(), never)) came.push(part);
      })();
      await expect(reading).rejects.toMatchObject({ code: "model.cut", retry: { safe: true } });
      expect(textOf(came)).toBe("hel");
      expect(came.every(({ type }) => type !== "end")).toBe(true);
    });

    test.each([
      ["cut", { kind: "cut", text: "" }, "model.cut"],
      ["malformed", { kind: "raw", text: "", data: "<html>" }, "model.cut"],
      ["empty", { kind: "unfinished", text: "" }, "model.cut"],
      ["limited", { kind: "error", text: "", message: "slow down", status: 429 }, "model.limited"],
      ["an error", { kind: "error", text: "", message: "overloaded" }, "model.unavailable"],
    ] as [string, Reply, string][])(
      "of a stream that is %s before its first part is safe to repeat",
      async (_name, reply, code) => {
        await using on = await bench(reply);
        expect(await faultOf(on.model.answer(request(), never))).toMatchObject({ code, retry: { safe: true } });
      },
    );

    promise("leak.secret", "says nothing of the key, even where the vendor quotes it", async () => {
      for (const status of [400, 401, 404, 429, 500]) {
        const message = `bad key ${apiKey} (${apiKey.slice(0, 14)}***)`;
        await using on = await bench({ kind: "status", status, body: { error: { message } } });
        const fault = await faultOf(on.model.answer(request(), never));
        const shown = JSON.stringify([fault.view(), fault.stack, fault.cause]);
        expect(shown).not.toContain(apiKey.slice(0, 14));
        expect(shown).not.toContain(apiKey.slice(-8));
      }
    });
  });

  describe("a signal", () => {
    test("that has aborted asks the vendor nothing", async () => {
      await using on = await bench();
      const reason = new Cancelled("caller");
      await expect(all(on.model.answer(request(), AbortSignal.abort(reason)))).rejects.toBe(reason);
      expect(on.vendor.seen).toHaveLength(0);
    });

    promise(
      "leak.task",
      "that aborts while the vendor is silent ends the answer with its reason and closes the socket",
      async () => {
        using sockets = new RequestSockets();
        await using on = await bench({ kind: "hang" });
        const abort = new AbortController();
        const answer = expect(all(on.model.answer(request(), abort.signal))).rejects.toMatchObject({ by: "deadline" });
        await on.vendor.arrived(1);
        abort.abort(new Cancelled("deadline"));
        expect(sockets.destroyed).toEqual([true]);
        await answer;
        expect(await on.vendor.seen[0]?.over).toBe("early");
        expect(on.vendor.inFlight).toBe(0);
      },
    );

    promise(
      "leak.task",
      "that aborts in the middle of the answer ends it with its reason and closes the socket",
      async () => {
        using sockets = new RequestSockets();
        await using on = await bench({ kind: "stall", text: "hel" });
        const abort = new AbortController();
        const parts = on.model.answer(request(), abort.signal)[Symbol.asyncIterator]();
        await parts.next();
        const rest = expect(parts.next()).rejects.toMatchObject({ by: "caller" });
        abort.abort(new Cancelled("caller"));
        expect(sockets.destroyed).toEqual([true]);
        await rest;
        expect(await on.vendor.seen[0]?.over).toBe("early");
      },
    );

    promise("leak.task", "is not needed: a reader that leaves early closes the socket as well", async () => {
      using sockets = new RequestSockets();
      await using on = await bench({ kind: "stall", text: "hel" });
      for await (const _part of on.model.answer(request(), never)) break;
      expect(sockets.destroyed).toEqual([true]);
      expect(await on.vendor.seen[0]?.over).toBe("early");
    });
  });

  describe("the list of models", () => {
    test("is the endpoint's own", async () => {
      await using on = await bench();
      expect(await on.model.listModels?.(never)).toEqual([{ model: "small-1" }, { model: "large-1" }]);
    });

    test("is a fault where the endpoint has none", async () => {
      await using on = await bench();
      on.vendor.models = undefined;
      await expect(on.model.listModels?.(never)).rejects.toMatchObject({ code: "model.unknown" });
    });
  });
}
