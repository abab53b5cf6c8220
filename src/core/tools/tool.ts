import type { z } from "zod";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { ToolAnnotations } from "../../protocol/tool-view.ts";
import type { CallContext, Work } from "../calls/work.ts";
import type { Caller } from "../tenants/caller.ts";

/** What a tool shows of itself. Its whole list is paid for by every conversation of a client: few words. */
export interface Described {
  /** Under which it is called, over every gateway; `server.tool` for one of a server behind the daemon. */
  readonly name: string;
  /** For people, a few words. */
  readonly title: string;
  /** For models: what it does, in a sentence or two. */
  readonly description: string;
  /** Parses what the caller sent; what comes out is what it is run with and what sharing compares. */
  readonly input: ToolInput;
  /** Shown in place of what `input` says, where somebody else wrote it. */
  readonly inputSchema?: Readonly<Record<string, unknown>>;
  /** The `data` of its results. */
  readonly output?: z.ZodType;
  /** Shown in place of what `output` says, where somebody else wrote it. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** Where it is otherwise than its scope says: with `tools` it only reads, and reaches beyond this machine. */
  readonly annotations?: Partial<ToolAnnotations>;
}

/** A tool is a value: what it shows of itself, and a function of (context, input). It keeps nothing. */
export interface Tool extends Work, Described {}

/**
 * A tool that is answered at once: no permit, no queue, no journal, and also under pressure. Only a rate
 * bounds it.
 */
export interface ControlTool extends Described {
  /** The whole answer; it waits for nothing but the store. Refuses with a `Fault`. */
  answer(request: ControlRequest, input: Readonly<Record<string, unknown>>): Promise<Result>;
}

/** Who asks a control tool; it has no call, so its signal is that of the request. */
export interface ControlRequest {
  caller: Caller;
  /** Aborts when whoever asks is gone. */
  signal: AbortSignal;
}

type ToolInput = z.ZodType<Record<string, unknown>>;

/** A tool as it is written: its functions get what its schema makes of the input. */
interface ToolDefinition<S extends ToolInput>
  extends Omit<Tool, "input" | "timeoutMs" | "endsAtOnce" | "detaches" | "readsFiles" | "thread" | "provider" | "run"> {
  readonly input: S;
  timeoutMs(input: z.output<S>, detached: boolean): number;
  endsAtOnce?(input: z.output<S>): boolean;
  detaches?(input: z.output<S>): boolean;
  readsFiles?(input: z.output<S>): boolean;
  thread?(input: z.output<S>, call: CallId): ThreadId | undefined;
  provider?(input: z.output<S>): string | undefined;
  run(context: CallContext, input: z.output<S>): Promise<Result>;
}

interface ControlDefinition<S extends ToolInput> extends Omit<ControlTool, "input" | "answer"> {
  readonly input: S;
  answer(request: ControlRequest, input: z.output<S>): Promise<Result>;
}

/** The tool of a definition. Whoever runs it hands it what its own schema has parsed, now or before a restart. */
export function defineTool<S extends ToolInput>(definition: ToolDefinition<S>): Tool {
  return definition;
}

/** Holds what its functions take to its schema, at compile time; nothing happens at run time. */
export function defineControl<S extends ToolInput>(definition: ControlDefinition<S>): ControlTool {
  return definition;
}
