import { join } from "node:path";
import { expect, test } from "vitest";
import { step } from "../../support/workflow-bench.ts";
import { clientOf } from "../socket-client.ts";
import { Desk, daemonOver, takeOver } from "./desk.ts";

const harmless = 'import { test } from "vitest";\n\ntest("adds", () => {});\n';
const planted = `import { exec } from "node:child_process";
import { test } from "vitest";

export function list(folder: string): void {
  exec(\`ls \${folder}\`);
}

test.skip("adds", () => {});
`;

test("with no model at all, the rules' findings are told as such, and the result says that nobody was asked and why", async () => {
  await using desk = await Desk.open({ "src/list.test.ts": harmless });
  await desk.commit();
  const file = await desk.put("src/list.test.ts", planted);
  await using daemon = await daemonOver([desk]);
  await using client = clientOf(daemon);
  for (const tool of ["precommit", "codereview", "secaudit"]) {
    const place = tool === "precommit" ? { path: desk.path } : { relevant_files: [file] };
    const one = await takeOver(client, tool, { ...step(1, 2), ...place, findings: "I begin" });
    const rules = one.evidence?.findings.map(({ rule, path }) => [rule, path.endsWith("src/list.test.ts")]) ?? [];
    expect(rules.length, tool).toBeGreaterThan(0);
    expect(one.required_actions?.join("\n"), tool).toContain("that the server's rules found");
    const two = await takeOver(client, tool, { ...one.next_call?.arguments, findings: "they hold" });
    expect(two, tool).toMatchObject({
      status: `${tool}_complete`,
      expert_analysis: { status: "skipped", rule: "no-model" },
    });
    expect(two.evidence?.findings.length, tool).toBe(rules.length);
    expect(two.content, tool).toMatch(/Found by rules, without a model:\n- \[/);
    expect(two.content, tool).toContain("No expert was asked (no-model)");
  }
  await desk.put("src/list.test.ts", harmless);
  const clean = await takeOver(client, "precommit", { ...step(1, 1), path: desk.path, findings: "done" });
  expect(clean).toMatchObject({ expert_analysis: { status: "skipped", rule: "nothing-to-judge" } });
  expect(clean.content).toContain(`Nothing is changed in ${join(desk.path)}.`);
});
