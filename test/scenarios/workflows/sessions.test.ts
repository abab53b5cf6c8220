import { join } from "node:path";
import { expect, test } from "vitest";
import type { Client } from "../../../src/client/client.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { step } from "../../support/workflow-bench.ts";
import { clientOf } from "../socket-client.ts";
import { Desk, daemonOver, messagesOf, type Taken, takeOver, times } from "./desk.ts";

const tools = ["thinkdeep", "codereview", "precommit", "debug", "analyze", "refactor", "testgen", "secaudit"] as const;
/** What is in the files, by their names; `never` belongs to nobody's investigation. */
const files = {
  "src/first.ts": "export const first = 'TEXT-OF-FIRST';\n",
  "src/second.ts": "export const second = 'TEXT-OF-SECOND';\n",
  "src/never.ts": "export const never = 'TEXT-OF-NEVER';\n",
};

interface Session {
  client: Client;
  vendor: VendorServer;
  desk: Desk;
  tool: (typeof tools)[number];
}

/** The steps before the last: each is answered at once, with what to examine next, and no model hears of it. */
async function investigate({ client, vendor, desk, tool }: Session): Promise<Taken> {
  const at = (name: string) => join(desk.path, name);
  const asked = vendor.seen.length;
  const one = await takeOver(client, tool, {
    ...step(1, 3),
    ...(tool === "precommit" && { path: desk.path }),
    findings: `FOUND-ONE in ${at("src/first.ts")}:1`,
    relevant_files: [at("src/first.ts"), at("src/gone.ts")],
  });
  expect(one).toMatchObject({ status: `pause_for_${tool}`, continuation_id: one.call });
  expect(one.evidence?.files, tool).toMatchObject([
    { path: at("src/first.ts"), lines: 1 },
    { path: at("src/gone.ts") },
  ]);
  expect(one.evidence?.citations).toMatchObject([{ from: 1, quote: expect.stringContaining("TEXT-OF-FIRST") }]);
  expect(one.required_actions?.[0], tool).toContain("src/gone.ts");
  const two = await takeOver(client, tool, {
    ...one.next_call?.arguments,
    findings: "FOUND-TWO, and src/first.ts:77 is wrong",
    files_checked: [at("src/first.ts")],
    relevant_files: [at("src/second.ts")],
    issues_found: [{ severity: "high", description: `ISSUE-TWO at ${at("src/second.ts")}:1` }],
    confidence: "medium",
  });
  expect(two.required_actions, tool).not.toEqual(one.required_actions);
  expect(vendor.seen, tool).toHaveLength(asked);
  return two;
}

/** The last step, whose expert is asked once and shown the right things once. */
async function conclude({ client, vendor, desk, tool }: Session, two: Taken): Promise<void> {
  const at = (name: string) => join(desk.path, name);
  const asked = vendor.seen.length;
  const last = { ...two.next_call?.arguments, findings: "FOUND-THREE", confidence: "certain" };
  const three = await takeOver(client, tool, last);
  expect(three).toMatchObject({
    status: `${tool}_complete`,
    next_step_required: false,
    expert_analysis: { status: "answered", analysis: "THE-JUDGEMENT" },
    file_context: { type: "fully_embedded" },
    [`complete_${tool}`]: { relevant_files: [at("src/first.ts"), at("src/gone.ts"), at("src/second.ts")] },
  });
  expect(three.content.startsWith("THE-JUDGEMENT")).toBe(true);
  expect(vendor.seen, tool).toHaveLength(asked + 1);
  const [system = "", prompt = "", ...others] = messagesOf(vendor, asked);
  expect(others, tool).toEqual([]);
  expect(system).toMatch(/^system: You are /);
  for (const word of ["FOUND-ONE", "FOUND-TWO", "FOUND-THREE", "1| export const first", "1| export const second"])
    expect(times(prompt, word), `${word} for ${tool}`).toBe(1);
  expect(prompt).toContain(`- [high] ISSUE-TWO at ${at("src/second.ts")}:1`);
  expect(prompt).toMatch(/Cited and not verified\n- src\/first\.ts:77: /);
  expect(prompt, tool).not.toContain("TEXT-OF-NEVER");
  expect(times(prompt, "+export const second"), tool).toBe(tool === "precommit" ? 1 : 0);
}

/** Another tool on the same thread hears all of it, once. */
async function goOn({ client, vendor, tool }: Session, thread: string): Promise<void> {
  await takeOver(client, "chat", { prompt: "AND-NOW", continuation_id: thread });
  const said = messagesOf(vendor, vendor.seen.length - 1).join("\n");
  for (const word of ["FOUND-ONE", "FOUND-THREE", "AND-NOW", "1| export const first"])
    expect(times(said, word), `${word} after ${tool}`).toBe(1);
  expect(said).toContain("assistant: THE-JUDGEMENT");
}

test("each workflow over three steps: what to examine next at once; the expert sees the steps, the evidence and the right files once; chat goes on", async () => {
  await using vendor = await VendorServer.open();
  vendor.otherwise = () => ({ kind: "answer", text: "THE-JUDGEMENT", chunks: 3 });
  await using desk = await Desk.open(files);
  await desk.commit();
  await desk.put("src/second.ts", "export const second = 'TEXT-OF-SECOND, CHANGED';\n");
  await using daemon = await daemonOver([desk], vendor);
  await using client = clientOf(daemon);
  for (const tool of tools) {
    const session = { client, vendor, desk, tool };
    const two = await investigate(session);
    await conclude(session, two);
    await goOn(session, two.continuation_id);
  }
});
