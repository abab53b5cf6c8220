import { dottedName, literalOf, nodeAt, nodesAt, type SyntaxNode } from "../node.ts";
import type { ScriptRule, Verdict } from "../script-rule.ts";
import { entryOf } from "../values.ts";

const skipped: Verdict = {
  rule: "skipped-test",
  severity: "medium",
  message: "A test is skipped: what it proves is not looked at.",
};
const focused: Verdict = {
  rule: "focused-test",
  severity: "high",
  message: "A test is run alone: all the others are left out where this is run.",
};

const made = "(?:describe|context|suite|it|test|specify|bench)";
const skips = new RegExp(
  `^${made}(?:\\.\\w+)*\\.(?:skip|fixme)(?:\\.each)?$|^(?:xit|xtest|xdescribe|xcontext|xspecify)(?:\\.each)?$`,
);
const onlys = new RegExp(`^${made}(?:\\.\\w+)*\\.only(?:\\.each)?$|^(?:fit|ftest|fdescribe|fcontext)(?:\\.each)?$`);
const ownSkip = /^(t|context|ctx)\.skip$/;
const plain = new RegExp(`^${made}(?:\\.\\w+)*$`);

/** Tests that are left out, or leave out others, in the usual frameworks. */
export const testRule: ScriptRule = {
  types: ["CallExpression"],
  look({ node, above, module }) {
    const callee = nodeAt(node, "callee");
    const name = callee?.type === "CallExpression" ? undefined : dottedName(callee);
    if (name === undefined || !module.isTest) return undefined;
    const given = nodesAt(node, "arguments");
    // One that asks first leaves itself out only sometimes.
    if (ownSkip.test(name)) return given.length > 1 || isConditional(above) ? undefined : skipped;
    return byName(name, given);
  },
};

function byName(name: string, given: readonly SyntaxNode[]): Verdict | undefined {
  const isWhole = isTitled(given) || name.endsWith(".each");
  if (onlys.test(name)) return isWhole ? focused : undefined;
  if (skips.test(name)) return given.length === 0 || isWhole ? skipped : undefined;
  return plain.test(name) && isWhole ? byOptions(given) : undefined;
}

function isConditional(above: readonly SyntaxNode[]): boolean {
  return above.some(({ type }) => /^(IfStatement|ConditionalExpression|LogicalExpression|CatchClause)$/.test(type));
}

/** One that begins with a condition is skipped only sometimes. */
function isTitled([title]: readonly SyntaxNode[]): boolean {
  return (
    title !== undefined &&
    /^(StringLiteral|TemplateLiteral|ArrayExpression|Identifier|MemberExpression)$/.test(title.type)
  );
}

function byOptions(given: readonly SyntaxNode[]): Verdict | undefined {
  const says = (name: string) =>
    given.some((each) => {
      const value = literalOf(entryOf(each, name));
      return value === true || (typeof value === "string" && value !== "");
    });
  if (says("only")) return focused;
  return says("skip") ? skipped : undefined;
}
