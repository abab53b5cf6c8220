import type { CodeFinding } from "../../../../core/evidence/code-reader.ts";
import type { ScriptModule } from "./module.ts";
import { walk } from "./node.ts";
import {
  credentialRule,
  dynamicCodeRule,
  hashRule,
  objectsRule,
  randomRule,
  trustRule,
} from "./rules/code-and-trust.ts";
import { addressRule, elementRule, pageRule, pathRule, queryRule, shellRule } from "./rules/injections.ts";
import { testRule } from "./rules/tests.ts";
import type { ScriptRule } from "./script-rule.ts";

const rules: readonly ScriptRule[] = [
  ...[shellRule, queryRule, pathRule, addressRule, pageRule, elementRule],
  ...[dynamicCodeRule, objectsRule, trustRule, hashRule, randomRule, credentialRule],
  testRule,
];
const byType = Map.groupBy(
  rules.flatMap((rule) => rule.types.map((type) => ({ type, rule }))),
  ({ type }) => type,
);

const maxFindings = 200;

/** What the rules find in the syntax of a file. */
export function findInScript(module: ScriptModule): CodeFinding[] {
  const found: CodeFinding[] = [];
  walk(module.top, (node, above) => {
    for (const { rule } of byType.get(node.type) ?? []) {
      if (found.length >= maxFindings) return;
      const verdict = rule.look({ node, above, module });
      if (verdict !== undefined) found.push({ ...verdict, line: node.loc.start.line, method: "parsed" });
    }
  });
  return found;
}
