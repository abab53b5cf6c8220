import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ModelPart } from "./model.ts";

export interface Patience {
  clock: Clock;
  /** The longest wait for the first part and between parts; the reader's own time does not count. */
  idleMs: number;
  provider: string;
  model: string;
}

/** Passes an answer on, and gives it up with `model.silent` once no part comes for `idleMs`. */
export async function* unlessSilent(
  answer: (signal: AbortSignal) => AsyncIterable<ModelPart>,
  { clock, idleMs, provider, model }: Patience,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  using link = new LinkedAbort(signal);
  const giveUp = new Cancelled("limit");
  let timer = clock.timer(idleMs, () => link.abort(giveUp));
  try {
    for await (const part of answer(link.signal)) {
      timer[Symbol.dispose]();
      yield part;
      timer = clock.timer(idleMs, () => link.abort(giveUp));
    }
  } catch (error) {
    if (error !== giveUp) throw error;
    const fact = `${provider} sent nothing for ${idleMs} ms`;
    throw new Fault("model.silent", `Cannot answer with ${model}: ${fact}, expected the next part of the answer`, {
      facts: { provider, model, idleMs },
      retrySafe: true,
    });
  } finally {
    timer[Symbol.dispose]();
  }
}
