import { z } from "zod";
import { type Body, type Dialect, without, withTool } from "../sdk/dialect.ts";

import { callsInText } from "./calls-in-text.ts";

const webSearch = {
  type: "web_search",
  web_search: { enable: true, search_engine: "search-prime", search_result: true },
};
const found = z.object({
  web_search: z.array(z.object({ link: z.string().min(1), title: z.string().optional().catch(undefined) })),
});

/**
 * GLM at Z.ai and at Zhipu. Thinking is on or off; it lists what its web search found beside the choices; only
 * the tool choice `auto` is known to it (no choice is no tools), and no JSON schema; some of its models write tool calls into their text. Source: docs.z.ai, API reference, chat completion.
 */
export const glmDialect: Dialect = {
  takesSchema: false,
  body: (body, { thinking, webSearch: wanted, responseFormat, toolChoice }) => {
    const thought =
      thinking === undefined ? {} : { thinking: { type: thinking.mode === "minimal" ? "disabled" : "enabled" } };
    const unknown = toolChoice === "none" ? ["tool_choice", "tools"] : ["tool_choice"];
    const limited: Body = { ...without(body, unknown), ...temperature(body), ...thought };
    const searching = wanted === true ? withTool(limited, webSearch) : limited;
    return responseFormat === undefined ? searching : withSchemaInWords(searching, responseFormat.schema);
  },
  ignored: ({ toolChoice = "auto" }) => (toolChoice === "auto" || toolChoice === "none" ? [] : ["toolChoice"]),
  // 1113: arrears. It comes with the status of a limit.
  noCredit: ["1113"],
  givenUp: ["network_error"],
  callsInText,
  citations: (event) =>
    (found.safeParse(event).data?.web_search ?? []).map(({ link, title }) =>
      title === undefined ? { url: link } : { url: link, title },
    ),
};

/** The scale ends at 1. */
function temperature({ temperature: asked }: Body): Body {
  return typeof asked === "number" ? { temperature: Math.min(1, asked) } : {};
}

function withSchemaInWords(body: Body, schema: Readonly<Record<string, unknown>>): Body {
  const { messages } = body;
  const told = { role: "system", content: `Answer with one JSON object of this schema:\n${JSON.stringify(schema)}` };
  return { ...body, messages: [told, ...(Array.isArray(messages) ? messages : [])] };
}
