import type { ElicitResult } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saying, wanting } from "../../support/agent-bench.ts";
import { Desk } from "../workflows/desk.ts";
import { type Answer, nextIn, OfficialClient, officialsOnce, textOf } from "./official.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ "notes.txt": "the second shelf holds the lamp\n" });
  stage = await Stage.open({ TOOL_PROFILE: "full", EXAI_MCP_WAIT_SECS: "2" });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
});

/** A model that reads a file, asks the user which shelf, and says so. */
function scripted(): void {
  stage.vendor.reply(
    wanting(["read", { path: `${desk.path}/notes.txt` }]),
    wanting(["ask", { question: "Which shelf?", options: ["first", "second"] }]),
    saying("the lamp stands there"),
  );
}

/** What the model was told since: the answers of its tools. */
function told(since: number): string {
  return stage.vendor.seen
    .slice(since)
    .map(({ body }) => JSON.stringify(body["messages"]))
    .join("\n");
}

const goal = (words: string) => ({ goal: `find the lamp, ${words}`, files: [`${desk.path}/notes.txt`] });

describe.each(officialsOnce)("the official client $kind over $way", (official) => {
  const who = `${official.kind} over ${official.way}`;

  test("drives a run of an agent: it hears of its steps, its user answers the question, and the answer comes", async () => {
    scripted();
    const before = stage.vendor.seen.length;
    const asked: string[] = [];
    const onQuestion = async (message: string): Promise<ElicitResult> => {
      asked.push(message);
      return { action: "accept", content: { answer: "second" } };
    };
    await using client = await OfficialClient.connect(official, stage.reach, onQuestion);
    const heard: string[] = [];
    const onprogress = ({ message = "" }: { message?: string | undefined }) => void heard.push(message);
    const answer = await client.callToEnd("agent", goal(who), { onprogress });
    expect(textOf(answer)).toContain("the lamp stands there");
    expect(answer.structuredContent).toMatchObject({
      tool: "agent",
      phase: "succeeded",
      result: { data: { turns: 3 } },
    });
    expect(asked).toEqual(["Which shelf?"]);
    expect(heard.join("\n")).toContain("small-1");
    expect(told(before)).toContain("the second shelf holds the lamp");
    expect(stage.vendor.seen).toHaveLength(before + 3);
  });

  test("that shows no forms gets the question as an answer, and answers it by the tool calls", async () => {
    scripted();
    const before = stage.vendor.seen.length;
    await using client = await OfficialClient.connect(official, stage.reach);
    const question = await untilAsked(client, await client.call("agent", goal(`${who}, by hand`)));
    expect(question).toMatchObject({ question: { prompt: "Which shelf?", schema: { enum: ["first", "second"] } } });
    const {
      call,
      question: { request },
    } = question;
    await client.call("calls", { action: "answer", call, request, value: "first" });
    const answer = await client.callToEnd("calls", { action: "wait", call });
    expect(textOf(answer)).toContain("the lamp stands there");
    expect(told(before)).toContain("first");
  });
});

interface Asked {
  call: string;
  question: { request: string; prompt: string };
}

/** Goes on as the answers say until one of them asks. */
async function untilAsked(client: OfficialClient, first: Answer): Promise<Asked> {
  let answer = first;
  for (;;) {
    const said = answer.structuredContent as Partial<Asked> | undefined;
    if (said?.question !== undefined) return said as Asked;
    const next = nextIn(answer) ?? expect.unreachable(`no question: ${JSON.stringify(answer)}`);
    answer = await client.call(next.tool, next.arguments);
  }
}
