import { type CallId, type PrincipalId, type ThreadId, threadId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { Conversations } from "./conversations.ts";

/** The thread of a call: the one that its input names, or a new one, called like the call. */
export function threadFor(input: { continuation_id?: ThreadId | undefined }, call: CallId): ThreadId {
  return input.continuation_id ?? (call as string as ThreadId);
}

/** The result with the name under which its conversation goes on; without one where the thread is gone. */
export function withContinuation(result: Result, thread: ThreadId | undefined): Result {
  const { continuation_id: _other, ...data } = result.data as Record<string, unknown>;
  return { ...result, data: thread === undefined ? data : { ...data, continuation_id: thread } };
}

/** The result of another call for one that shares it: two conversations that began alike go on apart. */
export async function adoptedBy(
  conversations: Conversations,
  call: { thread: ThreadId; principal: PrincipalId },
  result: Result,
): Promise<Result> {
  const from = threadId.safeParse((result.data as { continuation_id?: unknown } | undefined)?.continuation_id);
  return withContinuation(result, from.success ? await conversations.fork(from.data, call) : undefined);
}
