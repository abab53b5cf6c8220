import type { Node } from "oxc-parser";
import { importsOf } from "./imports.ts";
import { nodesOf, type Source, syntaxOf } from "./sources.ts";

/** A place where a test says which promise it proves. */
export interface Citation {
  id: string;
  path: string;
}

/** Every id that a call of `promise(…)` names. Refuses ids that are computed: a manifest could not count them. */
export function citationsIn(sources: readonly Source[]): Citation[] {
  const citing = sources.filter((source) => source.text.includes("promise("));
  return citing.flatMap((source) => {
    const calls = [...nodesOf(syntaxOf(source).program)].filter(isPromiseCall);
    return calls.flatMap((call) => idsOf(call, source.path).map((id) => ({ id, path: source.path })));
  });
}

/** Answers, for a path, the test files that run what stands there: itself, or those that import the contract there. */
export function runnersIn(sources: readonly Source[]): (path: string) => string[] {
  const importers = Map.groupBy(sources.flatMap(importsOf), (each) => each.to);
  return (path) => {
    const reached = new Set([path]);
    for (const each of reached) for (const { from } of importers.get(each) ?? []) reached.add(from);
    return [...reached].filter((each) => each.endsWith(".test.ts"));
  };
}

type Call = Extract<Node, { type: "CallExpression" }>;

function isPromiseCall(node: Node): node is Call {
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "promise";
}

function idsOf(call: Call, path: string): string[] {
  const [ids] = call.arguments;
  const elements = ids?.type === "ArrayExpression" ? ids.elements : [ids];
  return elements.map((element) => {
    if (element?.type === "Literal" && typeof element.value === "string") return element.value;
    throw new Error(`Cannot read a promise's id in ${path}: it is computed, expected a text`);
  });
}
