import { type Asked, type Counted, type Piece, sse, textIn, type VendorProtocol } from "./vendor-protocol.ts";

interface Body {
  contents?: { role: string; parts: unknown }[];
  generationConfig?: { maxOutputTokens?: number; temperature?: number };
}

const reasons: Readonly<Record<string, string>> = {
  stop: "STOP",
  tool_calls: "STOP",
  length: "MAX_TOKENS",
  content_filter: "SAFETY",
};
const statuses: Readonly<Record<number, string>> = { 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE" };

/** The protocol that names the model in the path and sends candidates with parts. */
export const generateContent: VendorProtocol = {
  base: "/v1beta",
  keyHeader: { name: "x-goog-api-key", value: (apiKey) => apiKey },
  asked: (path, given) => {
    const body: Body = given;
    const last = body.contents?.findLast((content) => content.role === "user");
    return {
      model: /models\/([^:]+):/.exec(path)?.[1] ?? "",
      prompt: textIn(last?.parts),
      maxOutputTokens: body.generationConfig?.maxOutputTokens,
      temperature: body.generationConfig?.temperature,
    };
  },
  begin: () => "",
  piece: (asked, piece) => candidate(asked, [partOf(piece)]),
  end: (asked, finish, counted) =>
    candidate(asked, [{ text: "" }], { finishReason: reasons[finish] ?? "OTHER" }, counted),
  error: (message, status = 500) => sse({ error: { code: status, message, status: statuses[status] ?? "INTERNAL" } }),
  misshapen: sse({ candidates: 7 }),
  list: (models) => ({
    models: models.map((id) => ({ name: `models/${id}`, supportedGenerationMethods: ["generateContent"] })),
  }),
};

function partOf(piece: Piece): Record<string, unknown> {
  if (piece.type === "text") return { text: piece.text };
  if (piece.type === "reasoning") return { text: piece.text, thought: true };
  return { functionCall: { name: piece.tool, args: JSON.parse(piece.arguments) } };
}

function candidate(
  { model }: Asked,
  parts: unknown[],
  finish: { finishReason?: string } = {},
  counted: Counted | null = null,
): string {
  const usage =
    counted === null
      ? {}
      : { usageMetadata: { promptTokenCount: counted.inputTokens, candidatesTokenCount: counted.outputTokens } };
  const found = { index: 0, content: { role: "model", parts }, ...finish };
  return sse({ candidates: [found], modelVersion: model, responseId: "answer", ...usage });
}
