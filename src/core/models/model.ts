import type { Price } from "../../protocol/price.ts";

/** A file that the model is shown as it is: an image, a PDF. Text is quoted in the message instead. */
export interface ModelFile {
  /** As people know it; no path of this machine. */
  name: string;
  /** Such as `image/png`. */
  mediaType: string;
  bytes: Uint8Array;
  /** What `uploadFile` answered for these bytes, where the vendor wants them so. */
  uploaded?: UploadedFile;
}

/** A file as it lies at the vendor. */
export interface UploadedFile {
  /** The vendor's id. */
  id: string;
  /** What the vendor read in it, where it answers with text and not with a reference. */
  text?: string;
}

/** A tool that the model wants used. */
export interface ToolCall {
  /** What its answer names as `toolCallId`. */
  id: string;
  tool: string;
  /** JSON as the model wrote it: what it wants may be no JSON at all. */
  arguments: string;
  /** The vendor runs it itself and wants these arguments back as the tool's answer. */
  echo?: true;
}

/** A tool that the model may ask for. */
export interface ModelTool {
  /** What a `ToolCall` names. */
  name: string;
  description: string;
  /** JSON schema of its arguments. */
  schema: Readonly<Record<string, unknown>>;
}

/**
 * One turn of a conversation. `reasoning` and `toolCalls` belong to the assistant, which is shown its own again;
 * `toolCallId` to a tool's answer; `images` and `files` to the user.
 */
export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  text: string;
  images?: readonly ModelFile[];
  files?: readonly ModelFile[];
  /** What the model thought, for vendors that want it back within a tool loop. */
  reasoning?: string;
  toolCalls?: readonly ToolCall[];
  /** Which call a tool's answer belongs to. */
  toolCallId?: string;
  /** What the end of the assistant's turn gave to carry, for the same provider. */
  carry?: unknown;
}

/** From the least to the most. */
export const thinkingModes = ["minimal", "low", "medium", "high", "max"] as const;
/** How much a model may think, in no vendor's terms, the least first. */
export type ThinkingMode = (typeof thinkingModes)[number];

/**
 * One request to one model of one vendor, in no vendor's terms. What the vendor has no way for is left out and named in
 * `ignored`.
 */
export interface ModelRequest {
  /** The vendor's id of the model. */
  model: string;
  messages: readonly Message[];
  /** No more than what was reserved. */
  maxOutputTokens: number;
  /** Left out where the model takes none. */
  temperature?: number;
  tools?: readonly ModelTool[];
  /** `auto` where there are tools. */
  toolChoice?: "auto" | "none" | "required" | { tool: string };
  /** How hard to think; nothing said leaves it to the vendor. */
  thinking?: { mode: ThinkingMode };
  /** Whether the vendor may search the web for the answer. */
  webSearch?: boolean;
  /** The answer's shape. */
  responseFormat?: { name: string; schema: Readonly<Record<string, unknown>> };
  /** Requests of one key begin alike: their beginning is worth keeping for a vendor that can. */
  cache?: { key: string };
  /** W3C traceparent, so that the vendor's side can be joined to the call. */
  traceparent?: string;
}

/** Tokens as the vendor counted them for this request alone; what it does not break down is absent, never zero. */
export interface ModelUsage {
  /** All of the prompt, whatever of it was cached. */
  inputTokens: number;
  /** All that was written, reasoning included. */
  outputTokens: number;
  /** The part of the input that the vendor had kept, where it says so. */
  cachedInputTokens?: number;
  /** The part of the output that was reasoning, where the vendor says so. */
  reasoningTokens?: number;
}

/** A page that the vendor's web search found and the answer rests on. */
export interface Citation {
  url: string;
  title?: string;
}

/**
 * Why a complete answer ended. `tools` waits for what its tools answer; `other` is a filter or a reason that is the
 * vendor's own.
 */
export type FinishReason = "stop" | "length" | "tools" | "other";

/** The last part of an answer; one that ends without it has failed. */
export interface ModelEnd {
  type: "end";
  reason: FinishReason;
  /** Absent where the vendor sent none. */
  usage?: ModelUsage;
  /** The id that the vendor says has answered, where it says one: it may not be the one that was asked. */
  model?: string;
  /** Where the vendor's web search was used and says what it found. */
  citations?: readonly Citation[];
  /** Fields of the request that the vendor has no way for, and that were left out. */
  ignored?: readonly string[];
  /** JSON that the vendor wants to see again with this turn; nobody else can read it. */
  carry?: unknown;
}

/** `end` is the last part of a complete answer; a `tool-call` comes whole. */
export type ModelPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | ({ type: "tool-call" } & ToolCall)
  | ModelEnd;

/** A model as the vendor's own list tells of it now; what it does not tell is absent. */
export interface ListedModel {
  /** The vendor's id. */
  model: string;
  contextTokens?: number;
  maxOutputTokens?: number;
  price?: Price;
}

/** How one vendor's endpoint is reached. The key appears in no event, fault or log. */
export interface Endpoint {
  /** The name that settings, slots and `provider/model` use. */
  provider: string;
  /** Without credentials and query: `https://host/v1`. */
  baseUrl: string;
  /** Absent where the endpoint wants none. */
  apiKey?: string;
  /** The vendor's id of the model that answers where none is named. */
  defaultModel?: string;
  /** How long an answer may bring no part before it counts as silent; 120 s. */
  idleMs?: number;
  /** It listens on this machine where it runs: a list of it may be missing, and it is used only when it is named. */
  found?: true;
  /** The request's field that carries the output limit; `max_tokens`. */
  outputLimitField?: "max_tokens" | "max_completion_tokens";
}

/**
 * A model that answers, at one endpoint with one account. The stream ends with `end`, or throws: a `Fault`
 * of `model.*` that says whether a retry is safe, or the signal's reason. Ending the iteration or aborting
 * closes the socket. It never retries by itself. An optional method is the capability.
 */
export interface Model {
  /** As of its endpoint. */
  readonly provider: string;
  /** Nothing is sent before the first part is asked for. Each part that came is told, whatever becomes of the rest. */
  answer(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>;
  /** The input tokens of a request, counted by the vendor. */
  countTokens?(request: ModelRequest, signal: AbortSignal): Promise<number>;
  /** The models the endpoint lists. */
  listModels?(signal: AbortSignal): Promise<ListedModel[]>;
  /** Gives the vendor a file before it is asked about; the same bytes need it once. */
  uploadFile?(file: ModelFile, signal: AbortSignal): Promise<UploadedFile>;
}
