import type { Answer } from "./question.ts";

/** What a result says of the answer that it rests on: who answered and why, and whatever was not as it was asked for. */
export function provenanceOf({ provider, model, why, finish, answeredAs, considered, citations, ignored }: Answer) {
  return {
    provider,
    model,
    why,
    finish,
    ...(answeredAs !== undefined && { answeredAs }),
    ...(considered !== undefined && { considered }),
    ...(citations !== undefined && { citations }),
    ...(ignored !== undefined && { ignored }),
  };
}
