import { acceptedContent, inputRequired } from "@modelcontextprotocol/server";
import { z } from "zod";
import { SystemClock, sleep } from "../../../src/base/clock.ts";
import type { CallContext } from "../../../src/core/calls/work.ts";
import { defineTool, type Tool } from "../../../src/core/tools/tool.ts";
import { Fault } from "../../../src/protocol/fault.ts";
import type { Result } from "../../../src/protocol/result.ts";
import type { AddedTool } from "./additions.ts";
import { mustDeclare, text, tool } from "./plain-tools.ts";

const clock = new SystemClock();
const tasks = { "io.modelcontextprotocol/tasks": {} };

function job<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  run: (context: CallContext, input: Record<string, unknown>) => Promise<Result>,
): Tool {
  return defineTool({
    name,
    title: name,
    description: `What the tasks scenarios expect of ${name}.`,
    version: "1",
    scope: "tools",
    lane: "work",
    idempotent: false,
    resumable: false,
    onDisconnect: "keep",
    input: z.looseObject(shape),
    timeoutMs: () => 120_000,
    run: async (context, input) => await run(context, input),
  });
}

/** Calls like every other of the daemon: their tasks are the product's own. */
export const jobs: readonly Tool[] = [
  job("slow_compute", { seconds: z.number().min(0).max(60) }, async (context, { seconds }) => {
    await sleep(clock, Number(seconds) * 1000, context.signal);
    return { content: "computed" };
  }),
  job("fails_after_a_while", {}, async (context) => {
    await sleep(clock, 1000, context.signal);
    throw new Fault("input.invalid", "Cannot do this job: it always fails, expected another");
  }),
  job("protocol_error_job", {}, async () => {
    throw new TypeError("a bug");
  }),
  job("confirm_delete", { filename: z.string().optional() }, async (context) => {
    const answer = await context.ask("Delete it?", schemaOf("confirm", "boolean"));
    return { content: `answered ${JSON.stringify(answer)}` };
  }),
  job("multi_input", {}, async (context) => {
    const forms = { first: schemaOf("name", "string"), second: schemaOf("name", "string") };
    const answer = await context.ask("Which two names?", { type: "object", properties: forms });
    return { content: `answered ${JSON.stringify(answer)}` };
  }),
  job("greet_later", { name: z.string() }, async (_context, { name }) => ({ content: `Hello, ${String(name)}!` })),
];

/** What stands before such a call. */
export const jobStarters: readonly AddedTool[] = [
  tool("greet", async ({ arguments: given }) => text(`Hello, ${String(given?.["name"])}!`)),
  tool("failing_job", async (_request, context, { proceed }) => {
    mustDeclare(context, "extensions", tasks);
    return await proceed({ name: "fails_after_a_while" });
  }),
  tool("test_tool_with_task", async (_request, context, { proceed }) => {
    const answer = acceptedContent(context.mcpReq.inputResponses, "user_name");
    if (answer !== undefined)
      return await proceed({ name: "greet_later", arguments: { name: String(answer["name"]) } });
    const requestedSchema = { type: "object" as const, properties: { name: { type: "string" as const } } };
    return inputRequired({
      inputRequests: { user_name: inputRequired.elicit({ message: "What is your name?", requestedSchema }) },
    });
  }),
];

function schemaOf(name: string, type: "string" | "boolean") {
  return { type: "object", properties: { [name]: { type } } };
}
