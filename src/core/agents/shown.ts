import type { EventData } from "../../protocol/events.ts";

/** Lines of a file that a model was shown. */
export type Shown = EventData<"files.sent">["files"][number];

/** The same lines of the same content once. */
export function shownIn(all: readonly Shown[]): Shown[] {
  const keyOf = ({ path, sha256, from, to }: Shown) => JSON.stringify([path, sha256, from, to]);
  return [...new Map(all.map((shown) => [keyOf(shown), shown])).values()];
}
