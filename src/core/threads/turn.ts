import { z } from "zod";
import type { TurnRow } from "../store/threads.ts";

/** What a model was shown of a file: lines `from` to `to`, both included; an image whole. */
const shownFile = z.object({
  path: z.string(),
  sha256: z.string(),
  from: z.int().optional(),
  to: z.int().optional(),
});
export type ShownBefore = z.infer<typeof shownFile>;

const turnFacts = z.object({
  files: z.array(shownFile).optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** For the tool that recorded it. */
  data: z.unknown().optional(),
});
export type TurnFacts = z.infer<typeof turnFacts>;

/** One turn of a conversation as it was recorded. */
export interface Turn extends Omit<TurnRow, "more">, TurnFacts {}

export function turnOf({ more, ...row }: TurnRow): Turn {
  return { ...row, ...turnFacts.parse(JSON.parse(more)) };
}
