import type { EventData, EventType } from "../../protocol/events.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Meter } from "../budgets/meter.ts";
import type { Extent } from "./auto.ts";
import type { Choice } from "./choice.ts";
import type { Citation, FinishReason, Message, ModelRequest, ToolCall } from "./model.ts";

/** What is put to a model: the one that its messages were composed for. */
export interface Question {
  choice: Choice;
  messages: readonly Message[];
  temperature?: number | undefined;
  thinking?: ModelRequest["thinking"] | undefined;
  webSearch?: boolean | undefined;
  tools?: ModelRequest["tools"] | undefined;
  toolChoice?: ModelRequest["toolChoice"] | undefined;
  responseFormat?: ModelRequest["responseFormat"] | undefined;
  cache?: ModelRequest["cache"] | undefined;
  /** The files that the messages show: told with every request that sends them. */
  shows?: EventData<"files.sent">["files"] | undefined;
  /** The longest answer that is of use; what the budget leaves may be less. */
  maxOutputTokens?: number | undefined;
}

/** What is known of a question before its messages are composed. */
export interface Sought
  extends Pick<Question, "thinking" | "webSearch" | "tools" | "responseFormat" | "maxOutputTokens"> {
  /** As the caller named it; absent for the default. */
  model?: string | undefined;
  /** Why this model, where not the caller named it. */
  why?: string | undefined;
  /** The tool that asks. */
  tool: string;
  extent: Extent;
}

/** Who is to answer, and for how many input tokens it has room beside its answer. */
export interface Room {
  choice: Choice;
  /** By estimate, as what fills it is counted. */
  inputTokens: number;
}

/**
 * A whole answer, and the model that gave it: another than the first choice only where the policy of fallbacks allowed
 * it.
 */
export interface Answer extends Choice {
  text: string;
  finish: FinishReason;
  /** What the model thought, where it shows that. */
  reasoning?: string;
  /** What the model wants done before it goes on. */
  toolCalls?: readonly ToolCall[];
  citations?: readonly Citation[];
  /** Fields of the question that the vendor has no way for, and that were left out. */
  ignored?: readonly string[];
  /** For the assistant's message, where the conversation goes on within a tool loop. */
  carry?: unknown;
  /** Where the vendor says that another model answered than the one that was asked. */
  answeredAs?: string;
}

/** What a question needs of the call that it is asked in. A `CallContext` is one. */
export interface Asker {
  readonly owner: { readonly principal: PrincipalId };
  readonly deadline: { readonly leftMs: number };
  span(
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): { readonly traceparent: string; end(outcome: { failed?: string }): void };
  /** One request's slot at `provider:account`. */
  slot(provider: string, signal: AbortSignal): Promise<Disposable>;
  emit<T extends EventType>(type: T, data: EventData<T>): void;
  /** Of a later try voids what an earlier one showed. */
  delta(kind: "text" | "reasoning", text: string, tries: number): void;
}

/** In whose name and on whose money a question is asked. */
export interface By {
  asker: Asker;
  meter: Meter;
}
