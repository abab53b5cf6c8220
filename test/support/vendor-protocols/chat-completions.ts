import { type Asked, type Counted, type Piece, sse, textIn, type VendorProtocol } from "./vendor-protocol.ts";

interface Body {
  model?: string;
  messages?: { role: string; content: unknown }[];
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
}

/** Streaming chat completions. */
export const chatCompletions: VendorProtocol = {
  base: "/v1",
  keyHeader: { name: "authorization", value: (apiKey) => `Bearer ${apiKey}` },
  asked: (_path, given) => {
    const body: Body = given;
    const last = body.messages?.findLast((message) => message.role === "user");
    return {
      model: body.model ?? "",
      prompt: textIn(last?.content),
      maxOutputTokens: body.max_tokens ?? body.max_completion_tokens,
      temperature: body.temperature,
    };
  },
  begin: () => "",
  piece: (asked, piece) => chunk(asked, deltaOf(piece)),
  end: (asked, finish, counted) =>
    `${chunk(asked, {}, finish)}${counted === null ? "" : usage(asked, counted)}data: [DONE]\n\n`,
  error: (message, status) => sse({ error: status === undefined ? { message } : { message, code: status } }),
  misshapen: sse({ choices: 7 }),
  list: (models) => ({ object: "list", data: models.map((id) => ({ id, object: "model" })) }),
};

function deltaOf(piece: Piece): Record<string, unknown> {
  if (piece.type === "text") return { content: piece.text };
  if (piece.type === "reasoning") return { reasoning_content: piece.text };
  const call = { index: piece.index, id: piece.id, type: "function" };
  return { tool_calls: [{ ...call, function: { name: piece.tool, arguments: piece.arguments } }] };
}

function usage({ model }: Asked, { inputTokens, outputTokens }: Counted): string {
  const tokens = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  return sse({ id: "answer", model, choices: [], usage: tokens });
}

function chunk({ model }: Asked, delta: Record<string, unknown>, finish?: string): string {
  return sse({ id: "answer", model, choices: [{ index: 0, delta, finish_reason: finish ?? null }] });
}
