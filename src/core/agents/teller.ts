import { type AgentEvent, type AgentRun, advanceRun, closingOf, newRun, runOf } from "../../protocol/agent-run.ts";
import type { FaultView } from "../../protocol/fault.ts";
import { type Spending, spendingOf } from "../../protocol/result.ts";
import type { CallContext } from "../calls/work.ts";

/** What of an event says which one it is; what else it says may differ from one attempt to the next. */
function identityOf({ type, data }: AgentEvent): string {
  return JSON.stringify([type, "turn" in data ? data.turn : 0, "id" in data ? data.id : ""]);
}

/**
 * Tells the events of a run, each once over all attempts and none that may not follow: an attempt that goes on after a
 * crash passes over what was told before it.
 */
export class Teller {
  readonly #context: Pick<CallContext, "emit" | "told" | "usage">;
  /** The run as this attempt has told it. */
  #run: AgentRun = newRun;
  /** The run as its journal has it. */
  #journal: AgentRun;
  /** Told by earlier attempts and not passed yet. */
  readonly #before: AgentEvent[];

  constructor(context: Pick<CallContext, "emit" | "told" | "usage">) {
    this.#context = context;
    this.#before = context.told.filter(({ type }) => type !== "agent.alive");
    this.#journal = runOf(context.told);
  }

  /** What the run and all below it have used so far. */
  get spent(): Spending {
    return spendingOf(this.#context.usage);
  }

  /** Emits what no earlier attempt has told. What may not follow, or differs from what was told then, is a bug. */
  tell(event: AgentEvent): void {
    const next = advanceRun(this.#run, event);
    if (next === undefined) throw new Error(`Cannot tell ${event.type} of a run at ${JSON.stringify(this.#run)}`);
    this.#run = next;
    const before = event.type === "agent.alive" ? undefined : this.#before.shift();
    if (before === undefined) this.#emit(event);
    else if (identityOf(before) !== identityOf(event))
      throw new Error(`Cannot go on with the run: it told ${before.type} where it comes to ${event.type} now`);
  }

  /** Tells that the run ends without an answer, wherever it stands: what is open is closed before. */
  fail(fault: FaultView): void {
    for (const event of closingOf(this.#journal, fault, this.spent)) this.#emit(event);
  }

  #emit(event: AgentEvent): void {
    this.#journal = advanceRun(this.#journal, event) ?? this.#journal;
    this.#context.emit(event.type, event.data);
  }
}
