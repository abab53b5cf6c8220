import {
  acceptedContent,
  type CallToolResult,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { AddedTool } from "./additions.ts";
import { capabilitiesOf, text, tool } from "./plain-tools.ts";

type Schema = ElicitRequestFormParams["requestedSchema"];
type Requests = Parameters<typeof inputRequired>[0]["inputRequests"];

const states = createRequestStateCodec<{ round: number }>({ key: "a key for scenarios, with nothing to protect" });
const about = { type: "object", properties: { prompt: { type: "string" }, message: { type: "string" } } } as const;

const wholeName: Schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const agreed: Schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
const defaults: Schema = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};
const three = (word: string) => [`${word}1`, `${word}2`, `${word}3`];
const titled = ["First", "Second", "Third"].map((title, index) => ({ const: `value${index + 1}`, title }));
const enums: Schema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: three("option") },
    titledSingle: { type: "string", oneOf: titled },
    legacyEnum: { type: "string", enum: three("opt"), enumNames: ["Option One", "Option Two", "Option Three"] },
    untitledMulti: { type: "array", items: { type: "string", enum: three("option") } },
    titledMulti: { type: "array", items: { anyOf: titled } },
  },
};
const person: Schema = {
  type: "object",
  properties: { username: { type: "string", description: "A name" }, email: { type: "string", description: "Mail" } },
  required: ["username", "email"],
};

/** Tools that ask over a session's stream. */
const pushed: readonly AddedTool[] = [
  tool(
    "test_sampling",
    async ({ arguments: given }, { mcpReq }) => {
      const content = { type: "text" as const, text: String(given?.["prompt"]) };
      const params = { messages: [{ role: "user" as const, content }], maxTokens: 100 };
      const answer = await mcpReq.send({ method: "sampling/createMessage", params });
      return text(`LLM response: ${JSON.stringify(answer)}`);
    },
    about,
  ),
  tool(
    "test_elicitation",
    async ({ arguments: given }, context) =>
      text(`User response: ${await elicited(context, String(given?.["message"]), person)}`),
    about,
  ),
  tool("test_elicitation_sep1034_defaults", async (_request, context) =>
    text(`Elicitation completed: ${await elicited(context, "Defaults", defaults)}`),
  ),
  tool("test_elicitation_sep1330_enums", async (_request, context) =>
    text(`Elicitation completed: ${await elicited(context, "Choices", enums)}`),
  ),
];

async function elicited({ mcpReq }: ServerContext, message: string, requestedSchema: Schema): Promise<string> {
  const params = { mode: "form" as const, message, requestedSchema };
  const { action, content } = await mcpReq.send({ method: "elicitation/create", params });
  return `action=${action}, content=${JSON.stringify(content)}`;
}

const askName = () => inputRequired.elicit({ message: "What is your name?", requestedSchema: wholeName });
const askConsent = () => inputRequired.elicit({ message: "Please confirm", requestedSchema: agreed });
const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens,
  });

/** Tools that answer with what they need to know, and are asked again with it. */
const inRounds: readonly AddedTool[] = [
  tool("test_input_required_result_elicitation", async (_request, context) => greeting(context)),
  tool("test_streaming_elicitation", async (_request, context) => greeting(context)),
  tool("test_input_required_result_sampling", async (_request, context) =>
    answered(context, { capital_question: sample("What is the capital of France?", 100) }),
  ),
  tool("test_input_required_result_list_roots", async (_request, context) =>
    answered(context, { client_roots: inputRequired.listRoots() }),
  ),
  tool("test_input_required_result_multiple_inputs", async (_request, context) =>
    answered(
      context,
      { user_name: askName(), greeting: sample("Generate a greeting", 50), client_roots: inputRequired.listRoots() },
      "with state",
    ),
  ),
  tool("test_input_required_result_request_state", async (_request, context) =>
    answered(context, { confirm: askConsent() }, "with state"),
  ),
  tool("test_input_required_result_tampered_state", async (_request, context) =>
    answered(context, { confirm: askConsent() }, "with state"),
  ),
  tool("test_input_required_result_multi_round", async (_request, context) => await nextRound(context)),
  tool("test_input_required_result_capabilities", async (_request, context) => {
    const declared = capabilitiesOf(context);
    const wishes = { sampling: sample("Hello?", 50), elicitation: askName(), roots: inputRequired.listRoots() };
    return answered(context, Object.fromEntries(Object.entries(wishes).filter(([name]) => declared[name])));
  }),
];

function greeting({ mcpReq }: ServerContext): CallToolResult | InputRequiredResult {
  const answer = acceptedContent(mcpReq.inputResponses, "user_name");
  if (typeof answer?.["name"] === "string") return text(`Hello, ${answer["name"]}!`);
  return inputRequired({ inputRequests: { user_name: askName() } });
}

async function answered(context: ServerContext, inputRequests: NonNullable<Requests>, how?: "with state") {
  const { mcpReq } = context;
  await checkedState(context);
  const isMissing = Object.keys(inputRequests).some(
    (key) => inputResponse(mcpReq.inputResponses, key).kind === "missing",
  );
  if (!isMissing) return text(`state-ok: ${JSON.stringify(mcpReq.inputResponses)}`);
  const requestState = how === undefined ? {} : { requestState: await states.mint({ round: 1 }) };
  return inputRequired({ inputRequests, ...requestState });
}

async function nextRound(context: ServerContext) {
  const round = (await checkedState(context))?.round ?? 0;
  if (round === 2) return text("All rounds are over");
  const requestState = await states.mint({ round: round + 1 });
  return inputRequired({ inputRequests: { [`step${round + 1}`]: askName() }, requestState });
}

async function checkedState(context: ServerContext) {
  const state = context.mcpReq.requestState();
  if (state === undefined) return undefined;
  try {
    return await states.verify(String(state), context);
  } catch {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, "Invalid or expired requestState");
  }
}

export const askingTools: readonly AddedTool[] = [...pushed, ...inRounds];
