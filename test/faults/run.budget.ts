import type { FaultPatch } from "../red.ts";

const meter = "src/core/budgets/meter.ts";
const account = "src/core/budgets/account.ts";

export const patches: FaultPatch[] = [
  // Requests in flight side by side each see the whole budget.
  { file: meter, find: "    account.hold(charge);\n", replace: "" },
  {
    file: account,
    find: 'if (this.#least("modelCalls").left < 1)',
    replace: 'if (this.#least("modelCalls").left < -100)',
  },
  { file: meter, find: 'this.settle("unknown")', replace: 'this.settle("free")' },
  // What has no price passes a limit of money as if it cost nothing.
  {
    file: "src/core/store/verbs/spend.ts",
    find: '    if (limit.usd !== undefined && reservation.usd === null) return { kind: "unpriced", limit };\n',
    replace: "",
  },
  // What earlier attempts spent is forgotten.
  {
    file: "src/core/calls/recovery.ts",
    find: ", spent: await store.spentBy({ call })",
    replace: "",
  },
  {
    file: "src/core/budgets/days.ts",
    find: '    if (answer.kind === "reserved") return reservation.id;\n',
    replace: '    if (answer.kind !== "unpriced") return reservation.id;\n',
  },
  // What calls below hold is not held above them, until it is settled.
  {
    file: account,
    find: "    for (const account of this.#upwards()) {\n      account.#held.inputTokens",
    replace: "    for (const account of [this]) {\n      account.#held.inputTokens",
  },
  // More is asked for than was reserved.
  {
    file: "src/core/models/one-request.ts",
    find: "const request = { ...trying.request, maxOutputTokens, traceparent",
    replace: "const request = { ...trying.request, maxOutputTokens: maxOutputTokens * 2, traceparent",
  },
  // What a workflow has found is lost where its expert cannot be paid.
  {
    file: "src/core/workflows/judge.ts",
    find: '    return { expert: { status: "failed", rule: failure.code, why: failure.message } };\n',
    replace: "    throw failure;\n",
  },
  // An agent is not told that its last turn has come.
  {
    file: "src/core/agents/think-turn.ts",
    find: "account.left.modelCalls <= 1",
    replace: "account.left.modelCalls <= -1",
  },
  // A vendor that takes the question and hangs up has done nothing.
  {
    file: "src/base/unsent.ts",
    find: "return unsentCodes.has(code) ||",
    replace: "return true || unsentCodes.has(code) ||",
  },
  // What usage leaves out costs nothing.
  {
    file: "src/adapters/models/sdk/parts.ts",
    find: "  if (input === 0 || (usage.outputTokens === 0 && isAnswered)) return undefined;\n",
    replace: "",
  },
  {
    file: "src/adapters/models/sdk/parts.ts",
    find: "Math.max(tokens(outputTokens.total), sum - input)",
    replace: "tokens(outputTokens.total)",
  },
  // A price that is not told is none.
  {
    file: "src/adapters/models/openai-compatible/listed-model.ts",
    find: "z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number().min(0))",
    replace: "z.coerce.number().min(0)",
  },
  // What a call below had used before a crash is charged to the calls above once more.
  {
    file: account,
    find: "    this.usage.retries += retries;\n",
    replace: "    this.modelCall();\n    this.usage.retries += retries;\n",
  },
  {
    file: account,
    find: "this.usage.requests - this.#requestsBefore",
    replace: "this.usage.requests",
  },
  // Whom a call below asked before a crash is not named above.
  { file: "src/core/calls/children.ts", find: "    parent.recall(view);\n", replace: "" },
  // What a token may spend begins anew with every rotation.
  { file: "src/core/store/verbs/tokens.ts", find: "  yield* spendAs(made.id, old.id);\n", replace: "" },
  // It goes on for one rotation only.
  {
    file: "src/core/store/verbs/tokens.ts",
    find: "COALESCE(spends_as, id) FROM tokens WHERE id = $2",
    replace: "id FROM tokens WHERE id = $2",
  },
  // What calls below have used is forgotten with them, while the one above goes on.
  {
    file: "src/core/store/verbs/retention.ts",
    find: "ended_at < $4 AND NOT ${underWay}",
    replace: "ended_at < $4",
  },
  {
    file: "src/core/store/verbs/excess.ts",
    find: "principal = $1 AND NOT ${underWay}",
    replace: "principal = $1 AND ended_at IS NOT NULL",
  },
  {
    file: "src/core/store/verbs/delete-thread.ts",
    find: "WHERE ${underWay} AND ${itsCalls}",
    replace: "WHERE ended_at IS NULL AND ${itsCalls}",
  },
  // Only those right below are kept.
  {
    file: "src/core/store/verbs/under-way.ts",
    find: "JOIN under_way u ON c.parent = u.id",
    replace: "JOIN under_way u ON c.parent = u.id JOIN calls p ON p.id = u.id AND p.ended_at IS NULL",
  },
  // What no day can allow may be tried again tomorrow.
  {
    file: "src/core/budgets/days.ts",
    find: "  if ((facts.needed ?? 0) > (facts.allowed ?? 0)) return neverFits(facts);\n",
    replace: "",
  },
  // A bound looks like what was measured.
  { file: account, find: "      if (estimated) usage.estimated = (usage.estimated ?? 0) + 1;\n", replace: "" },
  // What is declared of a model is not known.
  { file: "src/core/models/models.ts", find: "      this.#declared.get(nameOf({ provider, model })),\n", replace: "" },
];
