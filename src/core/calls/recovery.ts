import type { Clock } from "../../base/clock.ts";
import { traceIdOf } from "../../base/traceparent.ts";
import { closingOf, runOf } from "../../protocol/agent-run.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { noUsage, spendingOf, type Usage } from "../../protocol/result.ts";
import type { CallRow, Entry, Store } from "../store/store.ts";
import type { Calls } from "./calls.ts";
import { type Ending, endingByCause } from "./ending.ts";
import type { Journal } from "./journal.ts";
import { givenIn, parseOptions } from "./options.ts";
import { nothingRemembered, type Remembered, rememberedOf } from "./remembered.ts";
import { viewOf } from "./view.ts";
import type { CallWatch } from "./watch.ts";
import type { Work } from "./work.ts";

const pageRows = 200;
const pageBytes = 1024 * 1024;
/** A call that was running at so many crashes is not resumed again. */
const maxCrashes = 2;

export interface RecoveryParts {
  store: Store;
  journal: Journal;
  calls: Calls;
  clock: Clock;
  watch: CallWatch;
  /** The tool of a call; refuses as for a new call where it is gone or turned off. */
  workOf: (tool: string) => Promise<Work>;
  /** Why this call may not go on, if its token or principal is no longer good. */
  objection: (row: CallRow, work: Work) => Promise<Fault | undefined>;
}

/** What became of the calls that an earlier start left without an ending. */
export interface Recovered {
  /** They go on, through admission. */
  resumed: number;
  /** They came to the ending that they have now in this start. */
  ended: number;
}

/**
 * Looks at every call without a terminal event: what may go on goes on through admission, the rest ends with
 * the reason. Afterwards no call of an earlier start is without an owner.
 */
export async function recover(parts: RecoveryParts): Promise<Recovered> {
  const recovered: Recovered = { resumed: 0, ended: 0 };
  await parts.store.settleAll();
  let after: CallId | undefined;
  for (;;) {
    const rows = await parts.store.unended({ limit: pageRows, ...(after === undefined ? {} : { after }) });
    for (const { id } of rows) {
      const row = await parts.store.claim({ call: id });
      if (row === undefined) continue;
      recovered[(await goOn(parts, row)) ? "resumed" : "ended"] += 1;
    }
    after = rows.at(-1)?.id;
    if (after !== undefined) continue;
    parts.calls.recovered();
    return recovered;
  }
}

async function goOn(parts: RecoveryParts, row: CallRow): Promise<boolean> {
  const verdict = await judge(parts, row);
  if ("ending" in verdict) {
    await end(parts, row, verdict.ending);
    return false;
  }
  const options = parseOptions(row.options);
  // Before it began to run nothing is on record but whether it goes with its client.
  const isNew = row.state.attempts === 0 && options.onDisconnect === "keep";
  const record = isNew ? nothingRemembered() : await remembered(parts.store, row.id);
  const spentMs = Math.max(0, parts.clock.wallMs() - row.acceptedAt);
  const leftMs = options.deadlineMs === null ? Number.POSITIVE_INFINITY : Math.max(0, options.deadlineMs - spentMs);
  const { input: _input, options: _options, ...listed } = row;
  const { input } = givenIn(row);
  const givenBytes = row.input.length + row.options.length;
  parts.calls.recover({ row: listed, work: verdict.work, input, givenBytes, options, record, leftMs });
  return true;
}

async function judge(parts: RecoveryParts, row: CallRow): Promise<{ work: Work } | { ending: Ending }> {
  const { cancelling, attempts } = row.state;
  if (cancelling !== undefined) return { ending: endingByCause({ by: cancelling, partial: false }) };
  let work: Work;
  try {
    work = await parts.workOf(row.tool);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ending: { type: "call.failed", fault: error } };
  }
  const fault = (await parts.objection(row, work)) ?? (attempts === 0 ? undefined : crashed(row, work));
  return fault === undefined ? { work } : { ending: { type: "call.failed", fault } };
}

/** Why a call that had begun to run is not run again. */
function crashed(row: CallRow, work: Work): Fault | undefined {
  const { attempts } = row.state;
  if (!work.resumable) {
    const message = `Cannot go on with ${row.tool}: the daemon was stopped while it ran, and it may have had effects, expected a look at them before another try`;
    return new Fault("call.interrupted", message, { facts: { tool: row.tool, attempts }, retrySafe: false });
  }
  if (attempts < maxCrashes) return undefined;
  const message = `Cannot go on with ${row.tool}: the daemon went down ${attempts} times while it ran, expected fewer than ${maxCrashes}`;
  return new Fault("call.poisoned", message, { facts: { attempts } });
}

async function end(parts: RecoveryParts, row: CallRow, ending: Ending): Promise<void> {
  const used = await parts.store.spentBy({ call: row.id });
  const at = parts.clock.wallMs();
  const usage: Usage = { ...noUsage, ...used, wallMs: Math.max(0, at - row.acceptedAt) };
  const fault = ending.fault.view();
  const entry: Entry = { type: ending.type, at, data: JSON.stringify({ fault, usage }) };
  const { told } = row.state.attempts === 0 ? nothingRemembered() : await readRecord(parts.store, row.id);
  const closing = closingOf(runOf(told), fault, spendingOf(usage));
  const closed = closing.map(({ type, data }): Entry => ({ type, at, data: JSON.stringify(data) }));
  const appended = await parts.journal.append({ call: row.id, fence: row.fence, entries: [...closed, entry] });
  if (appended.kind === "refused") return;
  const ended = { ...row, state: appended.state, endedAt: at, ending: entry.data };
  parts.watch.ended(viewOf(ended), { principal: row.principal, trace: traceOf(row) });
}

function traceOf({ options }: CallRow): string {
  return traceIdOf(parseOptions(options).traceparent);
}

/** The calls below it are looked at after it: what they used is in what it used, and nothing of this start is yet. */
async function remembered(store: Store, call: CallId): Promise<Remembered> {
  return { ...(await readRecord(store, call)), spent: await store.spentBy({ call }) };
}

async function readRecord(store: Store, call: CallId): Promise<Remembered> {
  const entries: Entry[] = [];
  for (let after = 0; ; ) {
    const { head, rows } = await store.journal({ call, after, maxBytes: pageBytes });
    const last = rows.at(-1);
    for (const row of rows) entries.push(...row.entries.filter(({ type }) => type !== "output.delta"));
    if (last === undefined) return rememberedOf(entries);
    after = last.from + last.entries.length - 1;
    if (after >= head) return rememberedOf(entries);
  }
}
