import { expect, test } from "vitest";
import type { TalkBench } from "../../../../test/support/talk-bench.ts";
import { evidenceOver, openWorkflows, put, take } from "../../../../test/support/workflow-bench.ts";
import { CodeThread } from "../../../adapters/code/reading/code-thread.ts";
import { SystemClock } from "../../../base/clock.ts";
import { findCallers, outlineFiles } from "../../../core/evidence/outlines.ts";
import { workflowTool } from "../../../core/workflows/workflow-tool.ts";
import { tracer } from "./tracer.ts";

const tool = "tracer";

/** The tracer over real files and a real parser; what it asks of them is not doubled. */
async function openTracer(code: CodeThread): Promise<TalkBench> {
  return await openWorkflows({
    more: (ground) => {
      const { workspace, clock } = ground;
      const evidence = {
        ...evidenceOver(ground),
        callers: (who, where, signal) => findCallers({ workspace, code, clock }, { who, ...where }, signal),
        outline: (who, files, signal) => outlineFiles({ workspace, code, clock }, { who, files }, signal),
      } satisfies ReturnType<typeof evidenceOver>;
      const parts = { ...ground, evidence, expertMs: 1, asksExpert: true, timeoutMs: 60_000 };
      return [workflowTool(parts, tracer(parts))];
    },
  });
}

function traced(number: number, more: Record<string, unknown>): Record<string, unknown> & { tool: string } {
  const said = { step: `trace, step ${number}`, findings: number === 1 ? "" : `seen in step ${number}` };
  return { tool, ...said, step_number: number, total_steps: 2, next_step_required: number < 2, ...more };
}

async function shop(bench: TalkBench): Promise<void> {
  await put(bench, "shop/pay.ts", "export function chargeCard(sum: number) {\n  return sum;\n}\n");
  await put(
    bench,
    "shop/order.ts",
    'import { chargeCard } from "./pay.ts";\nexport const order = () => chargeCard(3);\n',
  );
  await put(bench, "shop/pay.py", "def refund(sum):\n    return chargeCard(-sum)\n");
}

test("precision: callers are found by parser or by text, each labelled, and the rest is asked of the caller", async () => {
  await using code = new CodeThread({ clock: new SystemClock() });
  await using bench = await openTracer(code);
  await shop(bench);
  const ada = bench.someone("ada");
  const asked = { target_description: "how `chargeCard` is reached", trace_mode: "precision" };
  const one = await take(bench, ada, traced(1, asked));
  expect(one).toMatchObject({
    status: "pause_for_tracer",
    tracer_status: { trace_mode: "precision" },
    callers: [
      {
        symbol: "chargeCard",
        definitions: [{ path: expect.stringContaining("shop/pay.ts"), line: 1, method: "parsed" }],
        calls: expect.arrayContaining([
          expect.objectContaining({ path: expect.stringContaining("shop/order.ts"), line: 2, method: "parsed" }),
          expect.objectContaining({ path: expect.stringContaining("shop/pay.py"), line: 2, method: "text search" }),
        ]),
      },
    ],
    next_call: { arguments: { trace_mode: "precision", target_description: asked.target_description } },
  });
  expect(one.content).toMatch(/called \S*order\.ts:2.*\(parsed\)/);
  expect(one.content).toMatch(/called \S*pay\.py:2.*\(text search\)/);
  expect(one.required_actions?.join(" ")).toContain("entry points");
  const end = await take(bench, ada, traced(2, { continuation_id: one.continuation_id }));
  expect(end).toMatchObject({ status: "tracer_complete", complete_tracer: { presentation: expect.any(String) } });
  expect(bench.vendor.seen).toEqual([]);
});

test("dependencies: what each named file takes and gives, and which files around take from it", async () => {
  await using code = new CodeThread({ clock: new SystemClock() });
  await using bench = await openTracer(code);
  await shop(bench);
  const asked = { target_description: "the orders in shop/order.ts", trace_mode: "dependencies" };
  const one = await take(bench, bench.someone("ada"), traced(1, asked));
  expect(one).toMatchObject({
    outline: {
      files: [{ path: "shop/order.ts", method: "parsed", imports: [{ from: "./pay.ts", names: ["chargeCard"] }] }],
    },
  });
  expect(one.content).toContain("takes from ./pay.ts; gives order");
  expect(one["dependents"]).toEqual([]);
  const whole = { target_description: `${bench.folder}/shop/pay.ts`, trace_mode: "dependencies" };
  const two = await take(bench, bench.someone("ada"), traced(1, whole));
  expect(two["dependents"]).toMatchObject([
    { path: "shop/order.ts", line: 1, names: ["chargeCard"], method: "parsed" },
  ]);
  expect(two.content).toMatch(/shop\/order\.ts:1 \(parsed\) takes chargeCard/);
});

test("ask: it is not over until a way is chosen, and nothing is looked through before", async () => {
  await using code = new CodeThread({ clock: new SystemClock() });
  await using bench = await openTracer(code);
  await shop(bench);
  const ada = bench.someone("ada");
  const said = await take(bench, ada, { tool, text: "where does `chargeCard` go?" });
  expect(said).toMatchObject({ status: "pause_for_tracer", tracer_status: { trace_mode: "ask" } });
  expect(said.required_actions?.[0]).toContain("precision (");
  expect(said).not.toHaveProperty("callers");
  const chosen = traced(2, {
    continuation_id: said.continuation_id,
    trace_mode: "precision",
    total_steps: 3,
    next_step_required: true,
  });
  expect(await take(bench, ada, chosen)).toMatchObject({ callers: [{ symbol: "chargeCard" }] });
});

test("a target without a symbol, and one that may not be looked at, are said and stop nothing", async () => {
  await using code = new CodeThread({ clock: new SystemClock() });
  await using bench = await openTracer(code);
  const ada = bench.someone("ada");
  const vague = await take(bench, ada, traced(1, { target_description: "how people log in", trace_mode: "precision" }));
  expect(vague.required_actions?.join(" ")).toContain("Name what is traced as `Class.method`");
  const outside = { target_description: "`readAll`", trace_mode: "precision", relevant_files: ["/etc/passwd"] };
  const refused = await take(bench, ada, traced(1, outside));
  expect(JSON.stringify(refused["callers"] ?? refused["omitted"])).toContain("outside the allowed roots");
});
