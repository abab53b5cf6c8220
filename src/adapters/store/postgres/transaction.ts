import pg from "pg";
import type { Called } from "../../../core/store/bind-verbs.ts";
import type { Outcome } from "../../../core/store/group-commit.ts";
import { charsIn, maxAnswerChars } from "../../../core/store/verbs/answer-size.ts";
import { beginVerb } from "../../../core/store/verbs/table.ts";
import { Fault } from "../../../protocol/fault.ts";
import { type Session, unavailable } from "./session.ts";

const diskFull = "53100";
/** Data, constraints and syntax: the verb is to blame. Anything else is the server's state. */
const verbsFault = /^(22|23|42)/;

/** One commit for as much of the batch as fits into one answer. A verb with a bug is undone, and the others are done without it. */
export async function runBatch(session: Session, batch: readonly Called[]): Promise<Outcome[]> {
  try {
    return await commit(session, batch);
  } catch (error) {
    if (isServers(session, error)) throw faultOf(error);
    if (batch.length === 1) return [{ error }];
  }
  const outcomes: Outcome[] = [];
  for (const called of batch) outcomes.push(...(await runBatch(session, [called]).catch((error) => [{ error }])));
  return outcomes;
}

async function commit(session: Session, batch: readonly Called[]): Promise<Outcome[]> {
  const begun = session.exec("BEGIN");
  begun.catch(() => {});
  try {
    const outcomes: Outcome[] = [];
    let chars = 0;
    for (const called of batch) {
      const { value, readChars } = await perform(session, called);
      outcomes.push({ value });
      chars += readChars;
      if (chars > maxAnswerChars) break;
    }
    const committed = session.exec("COMMIT");
    committed.catch(() => {});
    await begun;
    await session.settled();
    const { command } = await committed;
    if (command !== "COMMIT") throw new Error(`Expected a commit, and it was a ${command}`);
    return outcomes;
  } catch (error) {
    // What was sent before the failure belongs to the same transaction and goes with it.
    await session.settled().catch(() => {});
    await session.exec("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function perform(session: Session, called: Called): Promise<{ value: unknown; readChars: number }> {
  const verb = beginVerb(called);
  let readChars = 0;
  let step = verb.next();
  while (step.done !== true) {
    const rows = await session.rows(step.value);
    readChars += charsIn(rows);
    step = verb.next(rows);
  }
  return { value: step.value, readChars };
}

function isServers(session: Session, error: unknown): boolean {
  if (session.isLost) return true;
  return error instanceof pg.DatabaseError && !verbsFault.test(error.code ?? "");
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof pg.DatabaseError && error.code === diskFull)) return unavailable(error);
  return new Fault("store.full", "Cannot write to PostgreSQL: its disk is full, expected room", { cause: error });
}
