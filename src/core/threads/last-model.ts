import type { Turn } from "./turn.ts";

/** A conversation goes on with the model that answered last in it; `turns` go backwards from the newest. */
export function lastModel(turns: readonly Turn[]): { model?: string; why?: string } {
  const last = turns.find(({ model }) => model !== undefined);
  return last === undefined
    ? {}
    : { model: `${last.provider}/${last.model}`, why: "the last to answer in this thread" };
}
