import type { Asking } from "../models/asking.ts";
import type { Question, Sought } from "../models/question.ts";
import { inputTokensOf } from "../models/window.ts";
import { type Composed, compose, extentOf, type Telling } from "./composing.ts";

/** How a question is put, besides what there is to tell. */
export type How = Omit<Sought, "extent"> & Pick<Question, "temperature">;

/** What the messages show and what they leave out. */
export type Told = Omit<Composed, "messages">;

/** A question that may be sent, and what its conversation will say that it was told. */
export interface Prepared {
  question: Question;
  told: Told;
  /** For how many tokens of messages its model has room. */
  inputTokens: number;
}

/** Chooses who is to answer, and composes what they have room for. Faults: `model.*`, `input.too-large`. */
export async function prepare(
  asking: Pick<Asking, "room">,
  { telling, how }: { telling: Telling; how: How },
  signal: AbortSignal,
): Promise<Prepared> {
  const { model, why, tool, temperature, ...asked } = how;
  const room = await asking.room({ ...asked, model, why, tool, extent: extentOf(telling) }, signal);
  const { tools, responseFormat } = asked;
  const inputTokens = room.inputTokens - inputTokensOf({ messages: [], tools, responseFormat });
  const { messages, ...told } = compose(telling, inputTokens);
  const question = { ...asked, temperature, choice: room.choice, messages, shows: told.shown };
  return { question, told, inputTokens };
}
