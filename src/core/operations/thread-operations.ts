import type { CallId } from "../../protocol/ids.ts";
import type { OutputLog } from "../processes/output-log.ts";
import type { Caller } from "../tenants/caller.ts";
import { requireScope } from "../tenants/scopes.ts";
import type { Threads } from "../threads/threads.ts";
import type { Operations } from "./operations.ts";

export interface ThreadOperationParts {
  threads: Threads;
  /** What those calls have shown to nobody yet is forgotten with them. */
  journal: { forget(call: CallId): void };
  outputs: Pick<OutputLog, "remove">;
}

type ThreadMethod = Extract<keyof Operations, `thread.${string}`>;

/** What a caller may do with the conversations of its principal, which its tools hold. */
export function threadOperations({ threads, journal, outputs }: ThreadOperationParts): Pick<Operations, ThreadMethod> {
  return {
    "thread.list": async ({ caller }, { limit, before }) => ({
      threads: await threads.list({ principal: reader(caller), limit, ...(before && { before }) }),
    }),
    "thread.search": async ({ caller, signal }, { text, limit }) =>
      await threads.search({ principal: reader(caller), limit, text }, signal),
    "thread.get": async ({ caller }, { thread, after }) =>
      await threads.get({ thread, principal: reader(caller) }, after),
    "thread.rename": async ({ caller }, { thread, name }) =>
      await threads.rename({ thread, principal: reader(caller) }, name),
    "thread.export": async ({ caller }, { thread, ...from }) =>
      await threads.export({ thread, principal: reader(caller) }, from),
    "thread.delete": async ({ caller }, { thread }) => {
      const calls = await threads.delete({ thread, principal: reader(caller) });
      for (const call of calls) journal.forget(call);
      await outputs.remove(calls);
      return { calls };
    },
  };
}

/** Whoever may use no tool has nothing to say in their conversations. */
function reader(caller: Caller): Caller["principal"] {
  requireScope(caller, "tools");
  return caller.principal;
}
