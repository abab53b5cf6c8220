/** A node of a syntax tree, as parsers of JavaScript make them. */
export interface SyntaxNode {
  readonly type: string;
  /** From where to where it stands in the text. */
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly [name: string]: unknown;
}

export function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "loc" in value
  );
}

/** What the node has under that name, if it is one. */
export function nodeAt(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  const value = node?.[name];
  return isNode(value) ? value : undefined;
}

/** The nodes of a list; what a list leaves out is left out. */
export function nodesAt(node: SyntaxNode | undefined, name: string): SyntaxNode[] {
  const value = node?.[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

const noChildren = new Set([
  "loc",
  "extra",
  "errors",
  "comments",
  "tokens",
  "leadingComments",
  "trailingComments",
  "innerComments",
]);

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const name in node) {
    if (noChildren.has(name)) continue;
    const value = node[name];
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) for (const each of value) if (isNode(each)) children.push(each);
  }
  return children;
}

/** Calls `see` for each node of a tree, those above it with it, the nearest last. */
export function walk(top: SyntaxNode, see: (node: SyntaxNode, above: readonly SyntaxNode[]) => void): void {
  const above: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    see(node, above);
    above.push(node);
    for (const child of childrenOf(node)) visit(child);
    above.pop();
  };
  visit(top);
}

/** The name of an identifier, of a private one, or of a key that is written as a text. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === "PrivateName") return nameOf(nodeAt(node, "id"));
  const name = node["name"] ?? (node.type === "StringLiteral" ? node["value"] : undefined);
  return typeof name === "string" ? name : undefined;
}

/** What `a.b` and `a["b"]` take of `a`. */
export function propertyOf(node: SyntaxNode): string | undefined {
  if (!isMember(node)) return undefined;
  const property = nodeAt(node, "property");
  return node["computed"] === true && property?.type !== "StringLiteral" ? undefined : nameOf(property);
}

interface MemberNode extends SyntaxNode {
  readonly type: "MemberExpression" | "OptionalMemberExpression";
}

interface CallNode extends SyntaxNode {
  readonly type: "CallExpression" | "OptionalCallExpression";
}

export function isMember(node: SyntaxNode | undefined): node is MemberNode {
  return node?.type === "MemberExpression" || node?.type === "OptionalMemberExpression";
}

export function isCall(node: SyntaxNode | undefined): node is CallNode {
  return node?.type === "CallExpression" || node?.type === "OptionalCallExpression";
}

/** `a.b.c` as it is written; `undefined` where something else than names is in it. */
export function dottedName(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === "Identifier") return nameOf(node);
  if (node.type === "ThisExpression") return "this";
  if (isCall(node)) return dottedName(nodeAt(node, "callee"));
  const object = isMember(node) ? dottedName(nodeAt(node, "object")) : undefined;
  const property = propertyOf(node);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** What a literal says; `undefined` for what is none. */
export function literalOf(node: SyntaxNode | undefined): string | number | boolean | undefined {
  const value = node?.type.endsWith("Literal") === true ? node["value"] : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
}

/** What is wrapped in parentheses, casts and the like. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  const isWrapped =
    /^(TS(As|Satisfies|NonNull|TypeAssertion|InstantiationExpression)\w*|ParenthesizedExpression|AwaitExpression|ChainExpression)$/.test(
      node.type,
    );
  const inner = isWrapped ? (nodeAt(node, "expression") ?? nodeAt(node, "argument")) : undefined;
  return inner === undefined ? node : unwrapped(inner);
}
