/** Tokens as a vendor counts them. */
export interface Counted {
  inputTokens: number;
  outputTokens: number;
}

/** A request as any vendor is asked it. */
export interface Asked {
  model: string;
  /** The last user message. */
  prompt: string;
  maxOutputTokens: unknown;
  temperature: unknown;
}

export type Piece =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** `index` counts the calls of one answer. */
  | { type: "tool-call"; index: number; id: string; tool: string; arguments: string };

/** How one vendor's protocol says what a reply of the script says. Texts are parts of the body, ready to be sent. */
export interface VendorProtocol {
  /** What follows host and port in the address. */
  base: string;
  /** The header that carries the key, and how. */
  keyHeader: { name: string; value: (apiKey: string) => string };
  asked(path: string, body: Record<string, unknown>): Asked;
  begin(asked: Asked, counted: Counted | null): string;
  piece(asked: Asked, piece: Piece): string;
  /** `finish` in the words of chat completions. */
  end(asked: Asked, finish: string, counted: Counted | null): string;
  /** An error in the middle of the stream. */
  error(message: string, status?: number): string;
  /** An event whose shape is wrong. */
  misshapen: string;
  /** The body of `GET /models`. */
  list(models: readonly string[]): unknown;
}

/** One server-sent event of JSON. */
export function sse(data: unknown, event?: string): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** The text of a message's content, whether it is a string or parts. */
export function textIn(content: unknown): string {
  if (!Array.isArray(content)) return String(content ?? "");
  return content.map((part: { text?: string }) => part.text ?? "").join("");
}
