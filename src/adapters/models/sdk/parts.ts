import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import { z } from "zod";
import type { Citation, FinishReason, ModelEnd, ModelPart, ModelTool, ModelUsage } from "../../../core/models/model.ts";
import type { Carried } from "./prompt.ts";
import type { Quirks } from "./quirks.ts";
import { TextCalls } from "./text-calls.ts";

type Part = LanguageModelV4StreamPart;
type Finish = Extract<Part, { type: "finish" }>;

/** A stream that stopped, or that the vendor gave up: no answer is complete without a reason of its own. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
}

const reasons: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length", "tool-calls": "tools" };
const cachedAlone = z.object({ cached_tokens: z.number() });
const summed = z.object({ total_tokens: z.number() });

/** The library's stream as the port's. Throws what the stream reports as an error, so that a failure has one way out. */
export async function* modelParts(
  stream: AsyncIterable<Part>,
  parts: { quirks: Quirks; ignored: readonly string[]; tools: readonly ModelTool[] },
): AsyncGenerator<ModelPart> {
  const heard = new Heard(parts);
  const { callsInText } = parts.quirks;
  const calls =
    callsInText === undefined || parts.tools.length === 0 ? undefined : new TextCalls(callsInText, parts.tools);
  for await (const part of stream) {
    if (part.type === "error") throw part.error;
    heard.take(part);
    if (part.type === "finish") {
      yield* calls?.end() ?? [];
      return yield wanting(heard.end(part), calls?.count ?? 0);
    }
    const shown = shownOf(part, parts.quirks);
    if (shown?.type === "text" && calls !== undefined) yield* calls.take(shown.text);
    else if (shown !== undefined) yield shown;
  }
  throw new Unfinished("no end");
}

/** Whoever wrote calls into its text waits for what they come to. */
function wanting(end: ModelEnd, calls: number): ModelEnd {
  return calls > 0 && end.reason === "stop" ? { ...end, reason: "tools" } : end;
}

/** What of a part is told at once. What the provider has run already is nobody else's to run. */
function shownOf(part: Part, { echoes }: Quirks): ModelPart | undefined {
  if (part.type === "text-delta") return part.delta === "" ? undefined : { type: "text", text: part.delta };
  if (part.type === "reasoning-delta") return part.delta === "" ? undefined : { type: "reasoning", text: part.delta };
  if (part.type !== "tool-call" || part.providerExecuted === true) return undefined;
  const echo = echoes?.(part.toolName) === true ? { echo: true as const } : {};
  return { type: "tool-call", id: part.toolCallId, tool: part.toolName, arguments: part.input, ...echo };
}

/** What of an answer is told with its end. */
class Heard {
  readonly #quirks: Quirks;
  readonly #ignored: Set<string>;
  readonly #citations = new Map<string, Citation>();
  readonly #carry: Carried = { reasoning: [], calls: {} };
  #isAnswered = false;
  #model: string | undefined;

  constructor({ quirks, ignored }: { quirks: Quirks; ignored: readonly string[] }) {
    this.#quirks = quirks;
    this.#ignored = new Set(ignored);
  }

  /** Every part in order, shown or not: what is told at the end is put together from all of them. */
  take(part: Part): void {
    this.#isAnswered ||= shownOf(part, this.#quirks) !== undefined;
    if (part.type === "response-metadata") this.#model = part.modelId ?? this.#model;
    else if (part.type === "stream-start") this.#warned(part.warnings);
    else if (part.type === "source" && part.sourceType === "url") this.#cite(part);
    else if (part.type === "raw") this.#raw(part.rawValue);
    else if (part.type === "tool-call" && part.providerMetadata !== undefined)
      this.#carry.calls[part.toolCallId] = part.providerMetadata;
    else if (part.type === "reasoning-start") this.#thought("", part.providerMetadata);
    else if (part.type === "reasoning-delta") this.#thoughtMore(part.delta, part.providerMetadata);
    else if (part.type === "reasoning-end") this.#thoughtMore("", part.providerMetadata);
  }

  /** Throws `Unfinished` where the vendor broke off without a reason, or gave up. */
  end({ finishReason, usage }: Finish): ModelEnd {
    const { unified, raw } = finishReason;
    if (raw === undefined || this.#quirks.givenUp?.includes(raw) === true) throw new Unfinished(raw ?? "no reason");
    const counted = usageOf(usage, this.#isAnswered);
    return {
      type: "end",
      reason: reasons[unified] ?? "other",
      ...(counted === undefined ? {} : { usage: counted }),
      ...(this.#model === undefined ? {} : { model: this.#model }),
      ...(this.#citations.size === 0 ? {} : { citations: [...this.#citations.values()] }),
      ...(this.#ignored.size === 0 ? {} : { ignored: [...this.#ignored] }),
      ...(this.#isProven() ? { carry: this.#carry } : {}),
    };
  }

  #raw(event: unknown): void {
    for (const found of this.#quirks.citations?.(event) ?? []) this.#cite(found);
    this.#model ??= this.#quirks.answeredBy?.(event);
  }

  #warned(warnings: Extract<Part, { type: "stream-start" }>["warnings"]): void {
    for (const warning of warnings) if (warning.type === "unsupported") this.#ignored.add(warning.feature);
  }

  #cite({ url, title }: { url: string; title?: string | undefined }): void {
    this.#citations.set(url, title === undefined ? { url } : { url, title });
  }

  #thought(text: string, proof: SharedV4ProviderMetadata | undefined): void {
    this.#carry.reasoning.push(proof === undefined ? { text } : { text, proof });
  }

  #thoughtMore(text: string, proof: SharedV4ProviderMetadata | undefined): void {
    if (this.#carry.reasoning.length === 0) this.#thought("", undefined);
    const last = this.#carry.reasoning.at(-1);
    if (last === undefined) return;
    last.text += text;
    if (proof !== undefined) last.proof = { ...last.proof, ...proof };
  }

  #isProven(): boolean {
    const { reasoning, calls } = this.#carry;
    return Object.keys(calls).length > 0 || reasoning.some(({ proof }) => proof !== undefined);
  }
}

/**
 * Nothing where the endpoint says nothing, or leaves out what there must have been: the library reads that as zeros.
 * What is in the sum alone counts as answered.
 */
function usageOf({ inputTokens, outputTokens, raw }: Finish["usage"], isAnswered: boolean): ModelUsage | undefined {
  const input = tokens(inputTokens.total);
  const sum = tokens(summed.safeParse(raw).data?.total_tokens);
  const usage = { inputTokens: input, outputTokens: Math.max(tokens(outputTokens.total), sum - input) };
  if (input === 0 || (usage.outputTokens === 0 && isAnswered)) return undefined;
  const cached = tokens(inputTokens.cacheRead) || tokens(cachedAlone.safeParse(raw).data?.cached_tokens);
  const reasoning = tokens(outputTokens.reasoning);
  return {
    ...usage,
    ...(cached === 0 ? {} : { cachedInputTokens: cached }),
    ...(reasoning === 0 ? {} : { reasoningTokens: reasoning }),
  };
}

/** Vendors' counts are charged, so that one below zero would be a gift. */
function tokens(count: number | undefined): number {
  return Math.max(0, Math.ceil(count ?? 0));
}
