import type { ScriptModule } from "./module.ts";
import {
  dottedName,
  isCall,
  isMember,
  literalOf,
  nameOf,
  nodeAt,
  nodesAt,
  propertyOf,
  type SyntaxNode,
  unwrapped,
} from "./node.ts";

const maxSteps = 4;
const maxParts = 200;

/** A text as it is put together: what is written, and what stands between that. */
export type Parts = readonly (string | SyntaxNode)[];

/** The parts of a template or of a sum with a text in it; one part for anything else. Names are followed in their file. */
export function partsOf(given: SyntaxNode, module: ScriptModule, steps = maxSteps): Parts {
  const node = unwrapped(given);
  const literal = literalOf(node);
  if (literal !== undefined && node.type !== "TemplateLiteral") return [String(literal)];
  if (node.type === "TemplateLiteral") return partsOfTemplate(node, module, steps);
  if (node.type === "BinaryExpression" && node["operator"] === "+") {
    const [left, right] = [nodeAt(node, "left"), nodeAt(node, "right")];
    return [left, right].flatMap((each) => (each === undefined ? [] : partsOf(each, module, steps))).slice(0, maxParts);
  }
  const values = node.type === "Identifier" && steps > 0 ? module.valuesOf(nameOf(node) ?? "") : [];
  const [only] = values;
  return values.length === 1 && only !== undefined && isText(unwrapped(only))
    ? partsOf(only, module, steps - 1)
    : [node];
}

function partsOfTemplate(node: SyntaxNode, module: ScriptModule, steps: number): Parts {
  const expressions = nodesAt(node, "expressions");
  const parts = nodesAt(node, "quasis").flatMap((quasi, index): Parts => {
    const value = quasi["value"];
    const text = typeof value === "object" && value !== null && "raw" in value ? String(value.raw) : "";
    const next = expressions[index];
    return next === undefined ? [text] : [text, ...partsOf(next, module, steps - 1)];
  });
  return parts.slice(0, maxParts);
}

function isText(node: SyntaxNode): boolean {
  if (node.type === "BinaryExpression") return node["operator"] === "+";
  return node.type === "TemplateLiteral" || literalOf(node) !== undefined;
}

/** Whether it is put together from something that nobody can know beforehand. */
export function isBuilt(node: SyntaxNode | undefined, module: ScriptModule): boolean {
  if (node === undefined) return false;
  const parts = partsOf(node, module);
  return parts.length > 1 && parts.some((part) => typeof part !== "string" && !isKnown(part, module));
}

/** Numbers, names of constants and what is made of them: nobody can put anything into these. */
export function isKnown(given: SyntaxNode, module: ScriptModule, steps = maxSteps): boolean {
  const node = unwrapped(given);
  if (literalOf(node) !== undefined) return true;
  if (node.type === "Identifier") {
    const name = nameOf(node) ?? "";
    const values = module.valuesOf(name);
    if (/^[A-Z][A-Z\d_]*$/.test(name)) return true;
    return values.length > 0 && steps > 0 && values.every((value) => isKnown(value, module, steps - 1));
  }
  if (isMember(node)) return /^[A-Z][A-Z\d_]*$/.test(propertyOf(node) ?? "") || propertyOf(node) === "length";
  if (node.type === "ConditionalExpression")
    return [nodeAt(node, "consequent"), nodeAt(node, "alternate")].every(
      (each) => each !== undefined && isKnown(each, module, steps),
    );
  if (isCall(node))
    return /^(Number|parseInt|parseFloat|Math\.\w+|Date\.now)$/.test(dottedName(nodeAt(node, "callee")) ?? "");
  return false;
}

const requests = /^(req|request|ctx|context)\.(request\.)?(params|query|body|headers|cookies|url|originalUrl|files?)\b/;

/** Whether what a request says goes into it as it is. */
export function isFromRequest(given: SyntaxNode | undefined, module: ScriptModule, steps = maxSteps): boolean {
  if (given === undefined || steps === 0) return false;
  const node = unwrapped(given);
  if (isMember(node))
    return requests.test(dottedName(node) ?? "") || isFromRequest(nodeAt(node, "object"), module, steps - 1);
  if (node.type === "Identifier")
    return module.valuesOf(nameOf(node) ?? "").some((value) => isFromRequest(value, module, steps - 1));
  if (node.type === "TemplateLiteral")
    return nodesAt(node, "expressions").some((each) => isFromRequest(each, module, steps - 1));
  if (node.type === "BinaryExpression" || node.type === "LogicalExpression")
    return (
      isFromRequest(nodeAt(node, "left"), module, steps - 1) || isFromRequest(nodeAt(node, "right"), module, steps - 1)
    );
  if (isCall(node)) return isPassedOn(node, module, steps);
  return false;
}

/** Calls that hand on what they are given. */
function isPassedOn(node: SyntaxNode, module: ScriptModule, steps: number): boolean {
  const callee = nodeAt(node, "callee");
  const name = dottedName(callee) ?? "";
  if (/\.searchParams\.get$/.test(name) || requests.test(name)) return true;
  if (/^(String|decodeURIComponent|(path\.)?(join|resolve|normalize))$/.test(name))
    return nodesAt(node, "arguments").some((each) => isFromRequest(each, module, steps - 1));
  return (
    /\.(trim|toString|toLowerCase|replace|slice)$/.test(name) &&
    isFromRequest(nodeAt(callee, "object"), module, steps - 1)
  );
}

/** What an object literal has under a name. */
export function entryOf(object: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  if (object?.type !== "ObjectExpression") return undefined;
  const entry = nodesAt(object, "properties").find((each) => nameOf(nodeAt(each, "key")) === name);
  return nodeAt(entry, "value");
}
