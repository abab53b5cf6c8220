import type { CodeUse } from "../../../../core/evidence/code-reader.ts";
import { isCall, isMember, nameOf, nodeAt, propertyOf, type SyntaxNode, walk } from "./node.ts";

const maxUses = 1000;
const functions =
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassMethod|ClassPrivateMethod|ObjectMethod)$/;
const definitions =
  /^(FunctionDeclaration|TSDeclareFunction|ClassDeclaration|VariableDeclarator|ClassMethod|ClassPrivateMethod|ObjectMethod|ClassProperty|TSInterfaceDeclaration|TSTypeAliasDeclaration|TSEnumDeclaration|TSDeclareMethod|TSMethodSignature)$/;
const imports = /^(Import|Export)\w*Specifier$/;

/** Where a symbol is made, called or named otherwise: `name`, or `Class.name` for what belongs to something. */
export function usesIn(top: SyntaxNode, symbol: string): CodeUse[] {
  const [name = "", owner] = symbol.split(/[.#]/).toReversed();
  const uses: CodeUse[] = [];
  walk(top, (node, above) => {
    if (nameOf(node) !== name || !/^(Identifier|JSXIdentifier|PrivateName)$/.test(node.type)) return;
    const as = useOf(node, above);
    if (as === undefined || uses.length >= maxUses || !belongs(node, above, { as, owner })) return;
    const within = functionAround(as === "definition" ? above.slice(0, -1) : above);
    uses.push({ as, line: node.loc.start.line, ...(within !== undefined && { within }) });
  });
  return uses;
}

/**
 * Whether it can be the one that is meant. Of what belongs to something nobody can tell here whose it is where it is
 * used, but it has something before it; what others merely have under a name that stands alone is something else.
 */
function belongs(
  node: SyntaxNode,
  above: readonly SyntaxNode[],
  { as, owner }: { as: CodeUse["as"]; owner: string | undefined },
): boolean {
  const parent = above.at(-1);
  const isProperty = isMember(parent) && parent["property"] === node;
  if (owner === undefined) return as !== "mention" || !isProperty;
  return as === "definition" ? ownerOf(above) === owner : isProperty;
}

/** `{ a }` has each of its names twice. */
function isShadow(node: SyntaxNode, parent: SyntaxNode): boolean {
  const isTwice =
    (parent.type === "ObjectProperty" || imports.test(parent.type)) &&
    parent["key"] !== node &&
    parent["imported"] !== node;
  return isTwice && (nodeAt(parent, "key") ?? nodeAt(parent, "imported"))?.start === node.start;
}

function useOf(node: SyntaxNode, above: readonly SyntaxNode[]): CodeUse["as"] | undefined {
  const parent = above.at(-1);
  if (parent === undefined || parent.type === "PrivateName" || isShadow(node, parent)) return undefined;
  const isDefined =
    definitions.test(parent.type) && (parent["id"] === node || parent["key"] === node) && parent["computed"] !== true;
  if (isDefined) return "definition";
  const callee = isMember(parent) && parent["property"] === node ? parent : node;
  const call = callee === node ? parent : above.at(-2);
  const isCalled = (isCall(call) || call?.type === "NewExpression") && call["callee"] === callee;
  const isTagged = call?.type === "TaggedTemplateExpression" && call["tag"] === callee;
  return isCalled || isTagged || parent.type === "JSXOpeningElement" ? "call" : "mention";
}

function ownerOf(above: readonly SyntaxNode[]): string | undefined {
  const holder = above.findLast(({ type }) =>
    /^(ClassDeclaration|ClassExpression|TSInterfaceDeclaration|VariableDeclarator)$/.test(type),
  );
  return nameOf(nodeAt(holder, "id"));
}

function functionAround(above: readonly SyntaxNode[]): string | undefined {
  for (let at = above.length - 1; at >= 0; at -= 1) {
    const node = above[at];
    if (node === undefined || !functions.test(node.type)) continue;
    const name = nameOf(nodeAt(node, "id") ?? nodeAt(node, "key")) ?? givenName(above[at - 1]);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Of `const name = () => …` and `name: function () {…}`. */
function givenName(parent: SyntaxNode | undefined): string | undefined {
  if (parent === undefined) return undefined;
  if (/^(VariableDeclarator|ObjectProperty|ClassProperty)$/.test(parent.type))
    return nameOf(nodeAt(parent, "id") ?? nodeAt(parent, "key"));
  const left = parent.type === "AssignmentExpression" ? nodeAt(parent, "left") : undefined;
  return left === undefined ? undefined : (propertyOf(left) ?? nameOf(left));
}
