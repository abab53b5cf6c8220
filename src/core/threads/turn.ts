import { z } from "zod";
import type { TurnRow } from "../store/threads.ts";

/** What a model was shown of a file: lines `from` to `to`, both included; an image whole. */
const shownFile = z.object({
  path: z.string(),
  sha256: z.string(),
  from: z.int().optional(),
  to: z.int().optional(),
});
/** A file as a turn showed it: enough to tell later whether it is still the same. */
export type ShownBefore = z.infer<typeof shownFile>;

const turnFacts = z.object({
  files: z.array(shownFile).optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** For the tool that recorded it. */
  data: z.unknown().optional(),
});
/** What stands beside a turn's text; absent where the turn has none of it. */
export type TurnFacts = z.infer<typeof turnFacts>;

/** One turn of a conversation as it was recorded. */
export interface Turn extends Omit<TurnRow, "more">, TurnFacts {}

/** Parses what the store keeps as text; throws where that is none of ours. */
export function turnOf({ more, ...row }: TurnRow): Turn {
  return { ...row, ...turnFacts.parse(JSON.parse(more)) };
}
