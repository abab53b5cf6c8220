import type { z } from "zod";
import type { CallId, ThreadId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { CallContext, Work } from "../calls/work.ts";
import type { Caller } from "../tenants/caller.ts";

/** A tool is a value: what it is called, what it takes, and a function of (context, input). It keeps nothing. */
export interface Tool extends Work {
  readonly title: string;
  readonly description: string;
  /** Parses what the caller sent; what comes out is what `run` gets and what sharing compares. */
  readonly input: ToolInput;
}

/**
 * A tool that is answered at once: no permit, no queue, no journal, and also under pressure. Only a rate
 * bounds it.
 */
export interface ControlTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: ToolInput;
  answer(request: ControlRequest, input: Readonly<Record<string, unknown>>): Promise<Result>;
}

export interface ControlRequest {
  caller: Caller;
  signal: AbortSignal;
}

type ToolInput = z.ZodType<Record<string, unknown>>;

/** A tool as it is written: its functions get what its schema makes of the input. */
interface ToolDefinition<S extends ToolInput>
  extends Omit<Tool, "input" | "timeoutMs" | "detaches" | "thread" | "provider" | "run"> {
  readonly input: S;
  timeoutMs(input: z.output<S>, detached: boolean): number;
  detaches?(input: z.output<S>): boolean;
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

export function defineControl<S extends ToolInput>(definition: ControlDefinition<S>): ControlTool {
  return definition;
}
