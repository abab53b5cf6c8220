export interface Message {
  role: "system" | "user" | "assistant";
  text: string;
}

export interface ModelRequest {
  /** The vendor's id of the model. */
  model: string;
  messages: readonly Message[];
  /** No more than what was reserved. */
  maxOutputTokens: number;
  temperature?: number;
  /** W3C traceparent, so that the vendor's side can be joined to the call. */
  traceparent?: string;
}

export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
}

export type ModelPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  /** The last part of a complete answer. `usage` is absent where the vendor sent none. */
  | { type: "end"; reason: "stop" | "length" | "other"; usage?: ModelUsage };

/**
 * A model that answers, at one endpoint with one account. The stream ends with `end`, or throws: a `Fault`
 * of `model.*` that says whether a retry is safe, or the signal's reason. Ending the iteration or aborting
 * closes the socket. It never retries by itself.
 */
export interface Model {
  readonly provider: string;
  answer(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** The ids the endpoint lists. */
  listModels?(signal: AbortSignal): Promise<string[]>;
}
