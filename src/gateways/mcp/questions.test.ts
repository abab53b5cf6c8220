import type { Client, ElicitRequest, ElicitResult } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import { testTool } from "../../../test/support/socket-rig.ts";
import type { CallId } from "../../protocol/ids.ts";

const colours = { type: "object", properties: { colour: { type: "string", enum: ["red", "blue"] } } };

const asking = testTool("asking", async ({ ask }) => ({
  content: `it is ${JSON.stringify(await ask("Which?", colours))}`,
}));
const plain = testTool("plain", async ({ ask }) => ({ content: `it is ${JSON.stringify(await ask("What?"))}` }));
const twice = testTool("twice", async ({ ask }) => ({ content: `${await ask("First?")} ${await ask("Second?")}` }));
const part = (name: string) => ({
  type: "object",
  title: `Which ${name}?`,
  properties: { [name]: { type: "string" } },
});
const parts = { type: "object", properties: { cat: part("cat"), dog: part("dog") } };
const several = testTool("several", async ({ ask }) => ({ content: JSON.stringify(await ask("Which?", parts)) }));
const tools = [asking, plain, twice, several];

const shows = { capabilities: { elicitation: {} } };

function answering(give: (request: ElicitRequest) => ElicitResult | Promise<ElicitResult>) {
  return (client: Client) => client.setRequestHandler("elicitation/create", give);
}

for (const era of ["legacy", "modern"] as const) {
  test(`${era}: what a call asks is shown to the user as a form, and it goes on with the answer`, async () => {
    await using rig = await McpRig.open({ tools });
    const shown: ElicitRequest["params"][] = [];
    const prepare = answering(({ params }) => {
      shown.push(params);
      const { properties } = (params as { requestedSchema: { properties: object } }).requestedSchema;
      const content = "colour" in properties ? { colour: "red" } : { answer: `to ${params.message}` };
      return { action: "accept", content };
    });
    await using client = await rig.client({ era, options: shows, prepare });
    const text = async (name: string) => (await client.callTool({ name })).content;
    expect(await text("asking")).toEqual([{ type: "text", text: 'it is {"colour":"red"}' }]);
    expect(await text("plain")).toEqual([{ type: "text", text: 'it is "to What?"' }]);
    expect(await text("twice")).toEqual([{ type: "text", text: "to First? to Second?" }]);
    expect(shown[0]).toMatchObject({ message: "Which?", requestedSchema: colours });
    expect(rig.bugs).toEqual([]);
  });

  test(`${era}: a user who declines answers nothing, and the call goes on with that`, async () => {
    await using rig = await McpRig.open({ tools });
    await using client = await rig.client({ era, options: shows, prepare: answering(() => ({ action: "decline" })) });
    expect((await client.callTool({ name: "plain" })).content).toEqual([{ type: "text", text: "it is null" }]);
  });

  test(`${era}: to a client that shows no forms the question is the answer, and \`calls\` takes the reply`, async () => {
    await using rig = await McpRig.open({ tools });
    await using client = await rig.client({ era });
    await client.listTools();
    const asked = await client.callTool({ name: "plain" });
    expect(asked.structuredContent).toMatchObject({ status: "running", question: { prompt: "What?" } });
    const { call, question } = asked.structuredContent as { call: CallId; question: { request: string } };
    const reply = { action: "answer", call, request: question.request, value: "42" };
    await client.callTool({ name: "calls", arguments: reply });
    const rest = await client.callTool({ name: "calls", arguments: { action: "wait", call } });
    expect(rest.content).toEqual([{ type: "text", text: 'it is "42"' }]);
  });
}

for (const era of ["legacy", "modern"] as const)
  test(`${era}: a question of several parts is as many forms`, async () => {
    await using rig = await McpRig.open({ tools });
    const prepare = answering(({ params }) => {
      const { properties } = (params as { requestedSchema: { properties: object } }).requestedSchema;
      return { action: "accept", content: Object.fromEntries(Object.keys(properties).map((name) => [name, "x"])) };
    });
    await using client = await rig.client({ era, options: shows, prepare });
    const { content } = await client.callTool({ name: "several" });
    expect(content).toEqual([{ type: "text", text: '{"cat":{"cat":"x"},"dog":{"dog":"x"}}' }]);
  });

test("a question that is answered elsewhere is taken from the screen, and the request goes on", async () => {
  await using rig = await McpRig.open({ tools });
  const shown = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const prepare = (client: Client) =>
    client.setRequestHandler("elicitation/create", async (_request, { mcpReq }) => {
      mcpReq.signal.addEventListener("abort", () => gone.resolve());
      shown.resolve();
      await gone.promise;
      return { action: "cancel" };
    });
  await using client = await rig.client({ options: shows, prepare });
  await using other = await rig.client();
  const answer = client.callTool({ name: "plain" });
  await shown.promise;
  const [open] = await rig.core.store.calls({ principal: "ada" as never, limit: 1 });
  const asked = await other.callTool({ name: "calls", arguments: { action: "get", call: open?.id } });
  const { data } = (asked.structuredContent as { result: { data: { question: { request: string } } } }).result;
  const reply = { action: "answer", call: open?.id, request: data.question.request, value: "there" };
  await other.callTool({ name: "calls", arguments: reply });
  expect((await answer).content).toEqual([{ type: "text", text: 'it is "there"' }]);
  await gone.promise;
});

test("a question that the user puts aside stays open, and the client has the handle", async () => {
  await using rig = await McpRig.open({ tools });
  await using client = await rig.client({ options: shows, prepare: answering(() => ({ action: "cancel" })) });
  const answer = await client.callTool({ name: "plain" });
  expect(answer.structuredContent).toMatchObject({
    status: "running",
    phase: "waiting",
    question: { prompt: "What?" },
  });
});

promise(
  "leak.cross-tenant",
  "the state of a question opens nothing that is changed, made up or somebody else's",
  async () => {
    await using rig = await McpRig.open({ tools });
    const capabilities = { elicitation: {} };
    await using ada = await rig.raw({ capabilities });
    await using eve = await rig.raw({ principal: "eve", capabilities });
    const { result } = await ada.ask("tools/call", { name: "plain" });
    expect(result).toMatchObject({ resultType: "input_required" });
    const state = String(result["requestState"]);
    const [request = ""] = Object.keys(result["inputRequests"] as object);
    const inputResponses = { [request]: { action: "accept", content: { answer: "mine" } } };
    // Not at its end, where an encoded character may hold bits that nothing reads.
    const changed = state.replace(/(?<=\.)[^.](?=[^.]*$)/, (first) => (first === "A" ? "B" : "A"));
    const states = [changed, `v1.${btoa("{}")}.x`, "nonsense"];
    const refused = { code: -32_602, message: "Invalid or expired requestState" };
    for (const requestState of states)
      expect((await ada.ask("tools/call", { name: "plain", requestState, inputResponses })).error).toEqual(refused);
    const stolen = await eve.ask("tools/call", { name: "plain", requestState: state, inputResponses });
    expect(stolen.error).toEqual(refused);
    const { result: own } = await ada.ask("tools/call", { name: "plain", requestState: state, inputResponses });
    expect(own).toMatchObject({ resultType: "complete", content: [{ text: 'it is "mine"' }] });
  },
);
