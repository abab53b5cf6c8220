import { Cancelled, LinkedAbort } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ModelPart } from "./model.ts";

/** How long silence is borne, and of whom the fault speaks. */
export interface SilenceLimit {
  clock: Clock;
  /** The longest wait for the first part and between parts; the reader's own time does not count. */
  idleMs: number;
  provider: string;
  model: string;
}

/** A timer that comes so much later says that this process did not run: parts may wait to be read. */
const lateMs = 500;

/** Passes an answer on, and gives it up with `model.silent` once no part comes for `idleMs` in which this process ran. */
export async function* unlessSilent(
  answer: (signal: AbortSignal) => AsyncIterable<ModelPart>,
  { clock, idleMs, provider, model }: SilenceLimit,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  using link = new LinkedAbort(signal);
  const giveUp = new Cancelled("limit");
  let timer: Disposable = { [Symbol.dispose]() {} };
  const wait = () => {
    const dueMs = clock.monotonicMs() + idleMs;
    timer = clock.timer(idleMs, () => (clock.monotonicMs() - dueMs < lateMs ? link.abort(giveUp) : wait()));
  };
  wait();
  try {
    for await (const part of answer(link.signal)) {
      timer[Symbol.dispose]();
      yield part;
      wait();
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
