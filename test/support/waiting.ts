import type { CallContext, Work } from "../../src/core/calls/work.ts";
import { workOf } from "./core.ts";

/** Runs until its signal, telling when it began. */
export function waiting(name = "waits", more: Partial<Work> = {}) {
  const began = Promise.withResolvers<CallContext>();
  const work = workOf(
    name,
    async (context) => {
      began.resolve(context);
      return await new Promise((_, reject) =>
        context.signal.addEventListener("abort", () => reject(context.signal.reason)),
      );
    },
    more,
  );
  return { work, began: began.promise };
}
