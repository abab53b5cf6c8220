import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StepData, step } from "../../support/workflow-bench.ts";
import { Desk } from "../workflows/desk.ts";
import { OfficialClient, officials } from "./official.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ "src/first.ts": "export const first = 1;\n" });
  stage = await Stage.open();
  stage.vendor.otherwise = () => ({ kind: "answer", text: "THE-JUDGEMENT" });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
});

describe.each(officials)("the official client $kind over $way", (official) => {
  test("goes through a workflow of three steps, each begun as the answer before it says, to the expert's word", async () => {
    await using client = await OfficialClient.connect(official, stage.reach);
    const take = async (tool: string, args: Record<string, unknown>): Promise<StepData> => {
      const { structuredContent } = await client.callToEnd(tool, args);
      return (structuredContent as { result: { data: StepData } }).result.data;
    };
    const findings = `found by ${official.kind} over ${official.way} in ${desk.path}/src/first.ts:1`;
    const before = stage.vendor.seen.length;
    const one = await take("debug", { ...step(1, 3), findings, relevant_files: [`${desk.path}/src/first.ts`] });
    expect(one).toMatchObject({ status: "pause_for_debug", evidence: { citations: [{ from: 1 }] } });
    const { tool = "", arguments: next } = one.next_call ?? {};
    const two = await take(tool, { ...next, findings: "narrowed", confidence: "medium" });
    expect(stage.vendor.seen).toHaveLength(before);
    const last = { ...two.next_call?.arguments, findings: "shown", confidence: "certain" };
    const three = await take(two.next_call?.tool ?? "", last);
    expect(three).toMatchObject({ status: "debug_complete", expert_analysis: { analysis: "THE-JUDGEMENT" } });
    expect(JSON.stringify(stage.vendor.seen[before]?.body["messages"])).toContain(findings);
  });
});
