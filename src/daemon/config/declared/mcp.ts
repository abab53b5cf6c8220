import { z } from "zod";
import { seconds, structure, whole } from "../kinds.ts";
import { setting } from "../setting.ts";

const mcpClient = z.strictObject({
  name: z.string().min(1).max(100),
  waitSecs: z.number().min(0).max(3600).optional(),
  textTokens: z.int().min(500).max(1_000_000).optional(),
});

/** What MCP clients take. */
export const mcp = {
  EXAI_MCP_WAIT_SECS: setting(seconds(0, 3600), {
    description:
      "How long an MCP client's request waits for a call, until it is answered with the call's handle; less than the client itself waits.",
    example: "25",
    default: "25",
  }),
  EXAI_MCP_TEXT_TOKENS: setting(whole(500, 1_000_000), {
    description:
      "The largest text that an MCP client is answered, in tokens; a larger one becomes a digest and a link.",
    example: "20000",
    default: "20000",
  }),
  EXAI_MCP_CLIENTS: setting(
    structure(z.array(mcpClient).max(64), "an array of names with `waitSecs` or `textTokens`"),
    {
      description:
        "What is otherwise for MCP clients of a name, as they call themselves; `*` stands for any run of characters, and the first that fits counts.",
      example: '[{"name":"claude-code","waitSecs":50},{"name":"gemini-*","waitSecs":8,"textTokens":8000}]',
      default: "[]",
    },
  ),
} as const;
