import { ConformanceDaemon, requirementsOf, type Scenario } from "../test/support/conformance/suite.ts";

// Runs the conformance suite of MCP against the daemon: what either revision requires, and all that the tasks
// extension has. Nothing may fail; there is no list of known failures.
const revisions = ["2025-11-25", "2026-07-28"];
await using daemon = await ConformanceDaemon.start();
for (const revision of revisions) {
  const { scored } = await requirementsOf(revision);
  const ran = await daemon.run("--requirements", revision);
  const missing = scored.filter((name) => !ran.some((scenario) => scenario.name === name));
  const counts = ({ name }: Scenario) => scored.includes(name) || name.startsWith("tasks-");
  const failures = [...missing.map((name) => `${name}: did not run`), ...failuresOf(ran.filter(counts))];
  console.log(`\n${revision}: ${scored.length} scenarios required, ${checksOf(ran.filter(counts))} checks passed`);
  for (const failure of failures) console.log(`  ✗ ${failure}`);
  for (const failure of failuresOf(ran.filter((scenario) => !counts(scenario))))
    console.log(`  (not asked for) ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

function failuresOf(scenarios: readonly Scenario[]): string[] {
  return scenarios.flatMap(({ failures }) => failures);
}

function checksOf(scenarios: readonly Scenario[]): number {
  return scenarios.flatMap(({ checks }) => checks).filter(({ status }) => status === "SUCCESS").length;
}
