import type { LanguageModelV4Message, LanguageModelV4Prompt, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { z } from "zod";
import type { Message, ModelFile, ToolCall } from "../../../core/models/model.ts";
import { parsedJson } from "./parsed-json.ts";
import type { Quirks } from "./quirks.ts";

type UserPart = Extract<LanguageModelV4Message, { role: "user" }>["content"][number];
type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type Metadata = SharedV4ProviderMetadata;

const metadata = z.record(z.string(), z.record(z.string(), z.json())) as z.ZodType<Metadata>;
/** What a vendor wants to see again with its turn: the proofs of its reasoning and of its tool calls. */
export const carried = z.object({
  reasoning: z.array(z.object({ text: z.string(), proof: metadata.optional() })),
  calls: z.record(z.string(), metadata),
});
/** What a vendor wants back with a turn of its own; opaque to everybody else. */
export type Carried = z.infer<typeof carried>;

/** A conversation as the library takes it. Text that the vendor read in a file stands before the turn that shows the file. */
export function promptOf(
  messages: readonly Message[],
  { provider, quirks }: { provider: string; quirks: Quirks },
): LanguageModelV4Prompt {
  const names = new Map(messages.flatMap(({ toolCalls = [] }) => toolCalls.map(({ id, tool }) => [id, tool] as const)));
  return messages.flatMap((message): LanguageModelV4Message[] => {
    const { role, text, toolCallId = "" } = message;
    if (role === "system") return [{ role, content: text }];
    if (role === "assistant") return [{ role, content: assistantParts(message, quirks) }];
    if (role === "user") return [...extracts(message), { role, content: userParts(message, provider) }];
    const toolName = names.get(toolCallId) ?? toolCallId;
    return [{ role, content: [{ type: "tool-result", toolCallId, toolName, output: { type: "text", value: text } }] }];
  });
}

function extracts({ files = [] }: Message): LanguageModelV4Message[] {
  return files.flatMap(({ uploaded }) =>
    uploaded?.text === undefined ? [] : [{ role: "system" as const, content: uploaded.text }],
  );
}

function userParts({ text, images = [], files = [] }: Message, provider: string): UserPart[] {
  const shown = [...images, ...files.filter(({ uploaded }) => uploaded?.text === undefined)];
  return [...shown.map((file) => filePart(file, provider)), { type: "text", text }];
}

function filePart({ name, mediaType, bytes, uploaded }: ModelFile, provider: string): UserPart {
  const part = { type: "file" as const, filename: name, mediaType };
  return uploaded === undefined
    ? { ...part, data: { type: "data", data: bytes } }
    : { ...part, data: { type: "reference", reference: { [provider]: uploaded.id } } };
}

function assistantParts({ text, reasoning, toolCalls = [], carry }: Message, quirks: Quirks): AssistantPart[] {
  const kept = carried.safeParse(carry).data;
  const thoughts = kept?.reasoning ?? (reasoning === undefined ? [] : [{ text: reasoning }]);
  return [
    ...thoughts.map((thought) => ({ type: "reasoning" as const, text: thought.text, ...proof(thought.proof) })),
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...toolCalls.map((call) => ({
      type: "tool-call" as const,
      toolCallId: call.id,
      toolName: call.tool,
      input: inputOf(call, quirks),
      ...proof(kept?.calls[call.id]),
    })),
  ];
}

function proof(given: Metadata | undefined): { providerOptions?: Metadata } {
  return given === undefined ? {} : { providerOptions: given };
}

function inputOf(call: ToolCall, { argumentsAs = "text" }: Quirks): unknown {
  return argumentsAs === "text" ? call.arguments : (parsedJson(call.arguments) ?? {});
}
