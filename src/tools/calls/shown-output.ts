import type { Clock } from "../../base/clock.ts";
import { orLateOrAborted } from "../../base/or-late.ts";
import type { LogView, OutputReader } from "../../core/processes/output-log.ts";
import { logOf, mustReach, type OutputPage, pageOf, readable } from "../../core/processes/output-page.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";

/** What a client's model is given at once: about ten thousand tokens. */
const pageBytes = 32 * 1024;

/** A page of a call's output: text where it is text, its bytes where it is none, and how to go on. */
export async function shownOutput(
  outputs: OutputReader,
  { call, offset }: { call: CallId; offset: number },
): Promise<Result> {
  const log = await logOf(outputs, call);
  mustReach(log, offset);
  const page = await pageOf(outputs, call, { offset, limit: pageBytes });
  return resultOf({ call, offset }, page, (await outputs.view(call)) ?? log);
}

/** Resolves once there is something to read at `offset`, or nothing will follow, or the time is up. */
export async function untilReadable(
  { outputs, clock }: { outputs: OutputReader; clock: Clock },
  { call, offset, waitMs }: { call: CallId; offset: number; waitMs: number },
  signal: AbortSignal,
): Promise<void> {
  const more = Promise.withResolvers<void>();
  using _follower = outputs.follow(call, more.resolve);
  const log = await outputs.view(call);
  if (log === undefined || log.end > offset || log.exit !== undefined) return;
  await orLateOrAborted(more.promise, { clock, afterMs: waitMs }, signal);
}

function resultOf({ call, offset }: { call: CallId; offset: number }, page: OutputPage, log: LogView): Result {
  const { bytes, text, next } = readable(page);
  const exit = next >= log.end ? log.exit : undefined;
  const data = {
    call,
    offset: page.start,
    nextOffset: next,
    base: log.base,
    end: log.end,
    complete: exit !== undefined,
    ...(page.start > offset && { gone: { from: offset, to: page.start } }),
    ...(text === undefined && { base64: bytes.toString("base64") }),
    ...(exit === undefined
      ? { next: { tool: "calls", arguments: { action: "output", call, offset: next } } }
      : { exit }),
  };
  return { content: text ?? `${bytes.length} bytes that are no text: see base64`, data };
}
