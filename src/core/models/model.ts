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

/** Why a complete answer ended. `other` is a filter or a reason that is the vendor's own. */
export type FinishReason = "stop" | "length" | "other";

export interface ModelEnd {
  type: "end";
  reason: FinishReason;
  /** Absent where the vendor sent none. */
  usage?: ModelUsage;
  /** The id that the vendor says has answered, where it says one: it may not be the one that was asked. */
  model?: string;
}

/** `end` is the last part of a complete answer. */
export type ModelPart = { type: "text"; text: string } | { type: "reasoning"; text: string } | ModelEnd;

/** How one vendor's endpoint is reached. The key appears in no event, fault or log. */
export interface Endpoint {
  /** The name that settings, slots and `provider/model` use. */
  provider: string;
  /** Without credentials and query: `https://host/v1`. */
  baseUrl: string;
  apiKey?: string;
  /** The vendor's id of the model that answers where none is named. */
  defaultModel?: string;
  /** How long an answer may bring no part before it counts as silent; 120 s. */
  idleMs?: number;
  /** The request's field that carries the output limit; `max_tokens`. */
  outputLimitField?: "max_tokens" | "max_completion_tokens";
}

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
