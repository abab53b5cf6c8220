import { type Counted, type Piece, sse, textIn, type VendorProtocol } from "./vendor-protocol.ts";

interface Body {
  model?: string;
  messages?: { role: string; content: unknown }[];
  max_tokens?: number;
  temperature?: number;
}

const reasons: Readonly<Record<string, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  content_filter: "refusal",
  tool_calls: "tool_use",
};
const types: Readonly<Record<number, string>> = { 429: "rate_limit_error", 500: "api_error", 529: "overloaded_error" };

/** The protocol of messages and their content blocks; each block has an event of its own for its beginning and end. */
export const messages: VendorProtocol = {
  base: "/v1",
  keyHeader: { name: "x-api-key", value: (apiKey) => apiKey },
  asked: (_path, given) => {
    const body: Body = given;
    const last = body.messages?.findLast((message) => message.role === "user");
    return {
      model: body.model ?? "",
      prompt: textIn(last?.content),
      maxOutputTokens: body.max_tokens,
      temperature: body.temperature,
    };
  },
  begin: ({ model }, counted) => {
    const usage = { input_tokens: counted?.inputTokens ?? 0, output_tokens: 0 };
    const message = { id: "answer", type: "message", role: "assistant", model, content: [], usage, stop_reason: null };
    return event("message_start", { message });
  },
  piece: (_asked, piece) => block(piece),
  end: (_asked, finish, counted) =>
    event("message_delta", {
      delta: { stop_reason: reasons[finish] ?? finish, stop_sequence: null },
      usage: usageOf(counted),
    }) + event("message_stop", {}),
  error: (message, status = 500) => event("error", { error: { type: types[status] ?? "api_error", message } }),
  misshapen: event("content_block_delta", { index: "seven", delta: 7 }),
  list: (models) => ({ data: models.map((id) => ({ id, type: "model" })), has_more: false }),
};

function usageOf(counted: Counted | null): Record<string, number> {
  return { output_tokens: counted?.outputTokens ?? 0, input_tokens: counted?.inputTokens ?? 0 };
}

function block(piece: Piece): string {
  const [content, ...deltas] = contentOf(piece);
  return (
    event("content_block_start", { index: 0, content_block: content }) +
    deltas.map((delta) => event("content_block_delta", { index: 0, delta })).join("") +
    event("content_block_stop", { index: 0 })
  );
}

function contentOf(piece: Piece): [unknown, ...unknown[]] {
  if (piece.type === "text")
    return [
      { type: "text", text: "" },
      { type: "text_delta", text: piece.text },
    ];
  if (piece.type === "reasoning")
    return [
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: piece.text },
      { type: "signature_delta", signature: "signed" },
    ];
  return [
    { type: "tool_use", id: piece.id, name: piece.tool, input: {} },
    { type: "input_json_delta", partial_json: piece.arguments },
  ];
}

function event(type: string, data: Record<string, unknown>): string {
  return sse({ type, ...data }, type);
}
