import type { Comment, Node } from "oxc-parser";
import { isTest, nodesOf, type Source, syntaxOf } from "./sources.ts";

/** A place in the code with the number that was measured there. */
export interface Place {
  at: string;
  value: number;
}

/** What is measured of the code: numbers to compare, places to look at. */
export interface Shape {
  /** Lines, one place a file. */
  files: Place[];
  /** Lines of block bodies, one place a function. */
  functions: Place[];
  /** Functions with more than three parameters. */
  wide: Place[];
  anys: Place[];
  nonNulls: Place[];
  suppressions: Place[];
  lines: number;
  commentLines: number;
  testLines: number;
}

const suppression = /biome-ignore|@ts-(ignore|expect-error|nocheck)|eslint-disable|(c8|v8|istanbul) ignore/;
const maxParameters = 3;

/** Measures the product's files; of tests only the lines are counted. */
export function shapeOf(sources: readonly Source[]): Shape {
  const product = sources.filter((source) => !isTest(source.path));
  if (product.length === 0) throw new Error("Cannot measure the code: found no file of the product");
  const shape: Shape = {
    files: product.map((source) => ({ at: source.path, value: linesOf(source.text) })),
    functions: [],
    wide: [],
    anys: [],
    nonNulls: [],
    suppressions: [],
    lines: 0,
    commentLines: 0,
    testLines: total(sources.filter((source) => isTest(source.path)).map((source) => linesOf(source.text))),
  };
  shape.lines = total(shape.files.map((file) => file.value));
  for (const source of product) measureFile(shape, source);
  return shape;
}

/** The value below which `share` of the places lie. */
export function percentile(places: readonly Place[], share: number): number {
  const values = places.map((place) => place.value).toSorted((a, b) => a - b);
  return values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;
}

function measureFile(shape: Shape, source: Source): void {
  const { program, comments } = syntaxOf(source);
  const lineAt = (offset: number) => linesOf(source.text.slice(0, offset + 1));
  const place = (at: number, value: number): Place => ({ at: `${source.path}:${lineAt(at)}`, value });
  for (const node of nodesOf(program)) {
    if (node.type === "TSAnyKeyword") shape.anys.push(place(node.start, 1));
    if (node.type === "TSNonNullExpression" || ("definite" in node && node.definite === true))
      shape.nonNulls.push(place(node.start, 1));
    const parameters = parametersOf(node);
    if (parameters > maxParameters) shape.wide.push(place(node.start, parameters));
    if (isFunction(node) && node.body?.type === "BlockStatement")
      shape.functions.push(place(node.start, linesOf(source.text.slice(node.body.start, node.body.end))));
  }
  shape.commentLines += commentLines(source.text, comments);
  for (const comment of comments) if (suppression.test(comment.value)) shape.suppressions.push(place(comment.start, 1));
}

type FunctionNode = Extract<Node, { type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }>;

function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

/** Counted where a signature stands alone as well: an interface's method is called like any other. */
function parametersOf(node: Node): number {
  if (isFunction(node)) return node.params.length;
  return node.type === "TSMethodSignature" || node.type === "TSFunctionType" ? node.params.length : 0;
}

/** A line counts once, and only where nothing but the comment stands on it. */
function commentLines(text: string, comments: readonly Comment[]): number {
  const alone = comments.filter(
    (comment) => text.slice(text.lastIndexOf("\n", comment.start - 1) + 1, comment.start).trim() === "",
  );
  return total(alone.map((comment) => linesOf(text.slice(comment.start, comment.end))));
}

function linesOf(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
