import type { Called, VerbName } from "../bind-verbs.ts";
import type { Store } from "../store.ts";
import { accept } from "./accept.ts";
import { append, call, calls, claim, known, unended } from "./calls.ts";
import { check } from "./check.ts";
import { copyThread } from "./copy-thread.ts";
import { deleteThread } from "./delete-thread.ts";
import { journal } from "./journal.ts";
import { sweep } from "./retention.ts";
import { searchThreads } from "./search-threads.ts";
import {
  confirmSession,
  countSessions,
  endSessions,
  putSession,
  putTicket,
  session,
  takeTicket,
  turnSession,
} from "./sessions.ts";
import { reserve, settle, settleAll, spend, spentBy } from "./spend.ts";
import type { Verb } from "./statement.ts";
import {
  audit,
  principal,
  principals,
  putPrincipal,
  removePrincipal,
  resumePrincipal,
  suspendPrincipal,
} from "./tenants.ts";
import { nameThread, recordTurns, thread, threads, turns } from "./threads.ts";
import { countTokens, endToken, putToken, rotateToken, token, tokens } from "./tokens.ts";

type VerbTable = {
  [Name in VerbName]: (request: Parameters<Store[Name]>[0]) => Verb<Awaited<ReturnType<Store[Name]>>>;
};

const verbs: VerbTable = {
  accept,
  append,
  audit,
  call,
  calls,
  check,
  claim,
  confirmSession,
  copyThread,
  countSessions,
  countTokens,
  deleteThread,
  endSessions,
  endToken,
  journal,
  known,
  nameThread,
  principal,
  principals,
  putPrincipal,
  putSession,
  putTicket,
  putToken,
  recordTurns,
  removePrincipal,
  reserve,
  rotateToken,
  searchThreads,
  session,
  settle,
  settleAll,
  spend,
  spentBy,
  suspendPrincipal,
  resumePrincipal,
  sweep,
  takeTicket,
  thread,
  threads,
  token,
  tokens,
  turns,
  turnSession,
  unended,
};

/** What an engine can be asked for. */
export const verbNames = Object.keys(verbs) as VerbName[];

/** Begins a verb; the request is what the typed method was given. */
export function beginVerb({ name, request }: Called): Verb<unknown> {
  return (verbs[name] as (request: unknown) => Verb<unknown>)(request);
}
