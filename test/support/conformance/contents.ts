import {
  acceptedContent,
  type CompleteRequestParams,
  type CompleteResult,
  inputRequired,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
} from "@modelcontextprotocol/server";
import type { AddedPrompt } from "./additions.ts";
import { png } from "./plain-tools.ts";

const user = <C>(content: C) => ({ role: "user" as const, content });
const said = (words: string) => user({ type: "text" as const, text: words });
const argument = (name: string) => ({ name, description: `What ${name} is`, required: true });

/** The prompts that scenarios ask for. */
export const prompts: readonly AddedPrompt[] = [
  {
    definition: { name: "test_simple_prompt", description: "Without arguments" },
    get: async () => ({ messages: [said("This is a simple prompt for testing.")] }),
  },
  {
    definition: {
      name: "test_prompt_with_arguments",
      description: "With two arguments",
      arguments: [argument("arg1"), argument("arg2")],
    },
    get: async ({ arguments: given = {} }) => ({
      messages: [said(`Prompt with arguments: arg1='${given["arg1"]}', arg2='${given["arg2"]}'`)],
    }),
  },
  {
    definition: {
      name: "test_prompt_with_embedded_resource",
      description: "With a resource",
      arguments: [argument("resourceUri")],
    },
    get: async ({ arguments: given = {} }) => ({
      messages: [
        user({
          type: "resource" as const,
          resource: {
            uri: String(given["resourceUri"]),
            mimeType: "text/plain",
            text: "Embedded resource content for testing.",
          },
        }),
        said("Please process the embedded resource above."),
      ],
    }),
  },
  {
    definition: { name: "test_prompt_with_image", description: "With an image" },
    get: async () => ({
      messages: [
        user({ type: "image" as const, data: png, mimeType: "image/png" }),
        said("Please analyze the image above."),
      ],
    }),
  },
  {
    definition: { name: "test_input_required_result_prompt", description: "Asks before it answers" },
    get: async (_request, { mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, "user_context");
      if (answer !== undefined) return { messages: [said(`In the context of ${String(answer["context"])}`)] };
      const requestedSchema = {
        type: "object" as const,
        properties: { context: { type: "string" as const } },
        required: ["context"],
      };
      const message = "What context should the prompt use?";
      return inputRequired({ inputRequests: { user_context: inputRequired.elicit({ message, requestedSchema }) } });
    },
  },
];

const ownTexts: Readonly<Record<string, object>> = {
  "test://static-text": { mimeType: "text/plain", text: "This is the content of the static text resource." },
  "test://static-binary": { mimeType: "image/png", blob: png },
  "test://watched-resource": { mimeType: "text/plain", text: "Watched" },
};

/** The resources that scenarios read. */
export const resources: readonly Resource[] = Object.keys(ownTexts).map((uri) => ({
  uri,
  name: uri.slice(7),
  description: `What stands at ${uri}`,
}));
export const templates: readonly ResourceTemplateType[] = [
  { uriTemplate: "test://template/{id}/data", name: "template", description: "One for each id" },
];

/** `undefined` where the address is none of these. */
export function contentsAt(uri: string): ReadResourceResult | undefined {
  const known = ownTexts[uri];
  if (known !== undefined) return { contents: [{ uri, ...known } as { uri: string; text: string }] };
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id === undefined) return undefined;
  const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { contents: [{ uri, mimeType: "application/json", text: data }] };
}

/** `undefined` where it is of no prompt of these. */
export function completed({ ref }: CompleteRequestParams): CompleteResult | undefined {
  return ref.type === "ref/prompt" && ref.name === "test_prompt_with_arguments"
    ? { completion: { values: ["paris", "park", "party"], total: 3, hasMore: false } }
    : undefined;
}
