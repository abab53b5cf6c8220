import { orAborted } from "../../base/abort.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallView } from "../../protocol/result.ts";
import type { Start } from "./acceptance.ts";
import { checkBelow, startBelow } from "./below.ts";
import type { JournalReader } from "./journal-cursor.ts";
import type { Run } from "./run.ts";
import type { RunSubject } from "./run-subject.ts";
import type { Runs } from "./runs.ts";
import { unknownCall } from "./unknown-call.ts";
import type { ChildStart } from "./work.ts";

export interface ChildrenParts {
  runs: Runs;
  journal: Pick<JournalReader, "listen">;
  /** Resolves once the call is accepted. */
  start: (start: Start) => Promise<{ id: CallId }>;
}

/** The calls below others: under whose permits they run, in this start of the daemon as in the ones before. */
export class Children {
  readonly #parts: ChildrenParts;
  readonly #recovered = Promise.withResolvers<void>();

  constructor(parts: ChildrenParts) {
    this.#parts = parts;
  }

  /** The call under which this caller's calls run, whose token ends with it: `call.ended` where that has. */
  parentOf({ caller: { call }, work }: Start): Run | undefined {
    if (call === undefined) return undefined;
    const parent = this.#parts.runs.get(call);
    if (parent === undefined || parent.isEnding)
      throw new Fault("call.ended", `Cannot start a call under ${call}: it has ended, expected one that runs`);
    checkBelow(parent, work);
    return parent;
  }

  /** Resolves with the child's ending, which may be one that an earlier attempt of the call above has started. */
  async run(above: CallId, child: ChildStart, signal: AbortSignal): Promise<CallView> {
    // The calls of earlier starts are known only once all are looked at.
    await orAborted(this.#recovered.promise, signal);
    const { runs, journal, start } = this.#parts;
    const parent = runs.get(above);
    if (parent === undefined) throw new Error(`Expected ${above} to run`);
    const { id } = await start(startBelow(parent, child, parent.deadline.leftMs));
    using _events = child.onEvent && journal.listen(id, child.onEvent);
    const view = await orAborted(runs.endingOf(id), signal);
    if (view === undefined) throw unknownCall(id);
    parent.recall(view);
    return view;
  }

  /** Goes on with a call of an earlier start below the one above it, where that goes on too; otherwise it ends. */
  recover(subject: RunSubject): void {
    const { runs } = this.#parts;
    const above = subject.row.parent;
    const parent = above === null ? undefined : runs.get(above);
    const run = runs.supervise(subject, parent);
    if (above !== null && parent === undefined) run.cancel("caller", "the call above it has ended");
  }

  /** Every call of an earlier start has ended or goes on. */
  recovered(): void {
    this.#recovered.resolve();
  }
}
