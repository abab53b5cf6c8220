import type { Clock } from "../../base/clock.ts";
import { TimedAbort } from "../../base/timed-abort.ts";
import { Fault } from "../../protocol/fault.ts";
import type { ListedModel, Model } from "./model.ts";

const listWaitMs = 10_000;
const freshMs = 300_000;
const mostModels = 2000;

/** What an endpoint lists, or the sentence that says why it could not be asked. */
export type LiveList = { models: readonly ListedModel[] } | { reason: string };

interface Kept {
  list: LiveList;
  untilMs: number;
}

/** What endpoints list, asked when somebody wants to know and kept for five minutes: one list an endpoint, bounded. */
export class LiveLists {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** A failure is told as a reason and not kept. An endpoint without a list has an empty one. */
  async of({ model, waitMs = listWaitMs }: { model: Model; waitMs?: number }, signal: AbortSignal): Promise<LiveList> {
    const kept = this.#kept.get(model.provider);
    if (kept !== undefined && kept.untilMs > this.#clock.monotonicMs()) return kept.list;
    const list = await this.#ask({ model, waitMs }, signal);
    if ("models" in list) this.#kept.set(model.provider, { list, untilMs: this.#clock.monotonicMs() + freshMs });
    return list;
  }

  /** The ids that the endpoint listed, if that was lately. */
  fresh(provider: string): readonly string[] | undefined {
    const kept = this.#kept.get(provider);
    return kept !== undefined && kept.untilMs > this.#clock.monotonicMs() ? idsOf(kept.list) : undefined;
  }

  /** The ids that the endpoint listed when it was last asked, however long ago; none where it never was. */
  known(provider: string): readonly string[] {
    const kept = this.#kept.get(provider);
    return kept === undefined ? [] : idsOf(kept.list);
  }

  /** What the endpoint said of a model when it was last asked, however long ago. */
  last(provider: string, model: string): ListedModel | undefined {
    const list = this.#kept.get(provider)?.list;
    return list !== undefined && "models" in list ? list.models.find((listed) => listed.model === model) : undefined;
  }

  async #ask({ model, waitMs }: { model: Model; waitMs: number }, signal: AbortSignal): Promise<LiveList> {
    using link = new TimedAbort(signal, { clock: this.#clock, afterMs: waitMs, by: "limit" });
    try {
      return { models: ((await model.listModels?.(link.signal)) ?? []).slice(0, mostModels) };
    } catch (error) {
      signal.throwIfAborted();
      if (link.signal.aborted) return { reason: `${model.provider} did not list its models within ${waitMs / 1000} s` };
      if (error instanceof Fault) return { reason: error.message };
      throw error;
    }
  }
}

function idsOf(list: LiveList): readonly string[] {
  return "models" in list ? list.models.map(({ model }) => model) : [];
}
