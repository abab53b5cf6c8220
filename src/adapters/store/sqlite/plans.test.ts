import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../test/support/core.ts";
import type { Called } from "../../../core/store/bind-verbs.ts";
import { beginVerb } from "../../../core/store/verbs/table.ts";
import { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./schema.ts";

const ada = { principal: "ada" };
const accepted = { type: "call.accepted", at: 1, data: '{"tool":"chat","trace":"t"}' };
const ended = { type: "call.succeeded", at: 2, data: "{}" };
const aCall = {
  ...{ id: "call-1", ...ada, tool: "chat", token: "token", thread: "thread", input: "{}", options: "{}" },
  ...{ key: { value: "k", covers: "c" }, share: { hash: "h", freshAfter: 0 }, resumable: true, entries: [accepted] },
};
const limits = [
  { ...ada, since: 0, usd: 9 },
  { ...ada, token: "token", since: 0, tokens: 9 },
];
const reservation = {
  ...{ id: "r", call: "call-1", ...ada, token: "token", tool: "chat", provider: "glm", model: "m", at: 1 },
  ...{ modelCalls: 1, inputTokens: 1, outputTokens: 1, usd: 1 },
};
const session = {
  ...{ id: "s", ...ada, token: "token", secretHash: "a", previousHash: null, client: "c", seenAt: 1, expiresAt: 9 },
};
const turn = { role: "user", text: "hello", more: "{}" };

/** What is asked all the time, or while others wait, in an order in which each has something to look at. */
const asked: { [name: string]: object } = {
  accept: aCall,
  call: { key: "k", ...ada },
  calls: { ...ada, limit: 50, before: "call-9" },
  unended: { limit: 50, after: "call-0" },
  journal: { call: "call-1", after: 0, maxBytes: 1000 },
  reserve: { reservation, limits },
  spentBy: { call: "call-1" },
  settleAll: {},
  append: { call: "call-1", fence: 1, entries: [ended] },
  recordTurns: { thread: "thread", ...ada, call: "call-1", tool: "chat", at: 1, turns: [turn], title: "hello" },
  threads: { ...ada, limit: 50 },
  searchThreads: { ...ada, limit: 50, text: "hell" },
  turns: { thread: "thread", ...ada, from: { after: 0 }, maxBytes: 1000 },
  putSession: { session, max: 1, now: 0, idleBefore: 0 },
  countSessions: { now: 0 },
  endSessions: { token: "token" },
  deleteThread: { thread: "thread", ...ada },
};

test("what is asked all the time, or in steps while others wait, looks through no table and through nobody's every call", async () => {
  await using folder = await temporaryFolder();
  using database = new Database(join(folder.path, "exai.db"), "process");
  migrate(database, migrations);
  const slow: string[] = [];
  for (const [name, request] of Object.entries(asked))
    for (const { text, step } of planOf(database, { name, request } as Called))
      if (isLookThrough(name, step)) slow.push(`${name}: ${step}, for ${text.replaceAll(/\s+/g, " ").slice(0, 80)}`);
  expect(slow).toEqual([]);
});

/** Performs a verb; answers how each step of its statements was done. */
function planOf(database: Database, called: Called): { text: string; step: string }[] {
  const plan: { text: string; step: string }[] = [];
  const verb = beginVerb(called);
  for (let next = verb.next(); next.done !== true; ) {
    const { text, values } = next.value;
    const steps = database.rows({ text: `EXPLAIN QUERY PLAN ${text}`, values }) as { detail: string }[];
    plan.push(...steps.map(({ detail }) => ({ text, step: detail })));
    next = verb.next(database.rows(next.value));
  }
  return plan;
}

/** A table from its first row to its last; or all of a principal's calls, which only a list in their order goes through. */
function isLookThrough(name: string, step: string): boolean {
  if (/^SCAN (calls|journal|turns|threads|spend|spend_days|sessions|audit)( \w+)?$/.test(step)) return true;
  return name !== "calls" && step.endsWith("calls_by_principal (principal=?)");
}
