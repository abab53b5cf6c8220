import type { CodeImport, CodeSymbol } from "../../../../core/evidence/evidence.ts";
import { isCall, literalOf, nameOf, nodeAt, nodesAt, type SyntaxNode, unwrapped, walk } from "./node.ts";

const maxSymbols = 2000;

const kinds: Readonly<Record<string, CodeSymbol["kind"]>> = {
  FunctionDeclaration: "function",
  TSDeclareFunction: "function",
  ClassDeclaration: "class",
  TSInterfaceDeclaration: "interface",
  TSTypeAliasDeclaration: "type",
  TSEnumDeclaration: "enum",
  TSModuleDeclaration: "module",
};
const methods = /^(ClassMethod|ClassPrivateMethod|TSDeclareMethod|ObjectMethod|TSMethodSignature)$/;

/** The symbols of a file: what stands at its top or in its namespaces, and the methods of its classes. */
export function symbolsIn(top: SyntaxNode): CodeSymbol[] {
  const program = nodeAt(top, "program") ?? top;
  const later = exportedLater(program);
  const symbols = nodesAt(program, "body").flatMap((statement) => declaredBy(statement));
  return symbols
    .map((symbol) => (later.has(symbol.name) ? { ...symbol, exported: true } : symbol))
    .slice(0, maxSymbols);
}

function declaredBy(statement: SyntaxNode): CodeSymbol[] {
  const declared = nodeAt(statement, "declaration");
  if (!statement.type.startsWith("Export")) return symbolsOf(statement, "own");
  if (declared === undefined) return [];
  const symbols = symbolsOf(declared, "exported");
  if (symbols.length > 0 || statement.type !== "ExportDefaultDeclaration") return symbols;
  return [
    { name: "default", kind: kindOfValue(declared), ...linesOf(declared), exported: true },
    ...membersOf(declared, "default"),
  ];
}

function symbolsOf(node: SyntaxNode, whose: "own" | "exported"): CodeSymbol[] {
  const exported = whose === "exported";
  if (node.type === "VariableDeclaration")
    return nodesAt(node, "declarations").flatMap((each) => {
      const value = nodeAt(each, "init");
      const kind = value === undefined ? "variable" : kindOfValue(unwrapped(value));
      return namesIn(nodeAt(each, "id")).map((name): CodeSymbol => ({ name, kind, ...linesOf(each), exported }));
    });
  const kind = kinds[node.type];
  const name = nameOf(nodeAt(node, "id"));
  if (kind === undefined || name === undefined) return [];
  return [{ name, kind, ...linesOf(node), exported }, ...membersOf(node, name)];
}

function membersOf(node: SyntaxNode, within: string): CodeSymbol[] {
  const body = nodeAt(node, "body");
  return [...nodesAt(body, "body")].flatMap((member): CodeSymbol[] => {
    const name = nameOf(nodeAt(member, "key"));
    const value = nodeAt(member, "value");
    const isMethod = methods.test(member.type) || (value !== undefined && kindOfValue(unwrapped(value)) === "function");
    if (!isMethod || name === undefined) return [];
    const exported = member.type !== "ClassPrivateMethod" && member["accessibility"] !== "private";
    return [{ name, kind: "method", ...linesOf(member), exported, within }];
  });
}

function kindOfValue({ type }: SyntaxNode): CodeSymbol["kind"] {
  if (/^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type)) return "function";
  return /^Class(Expression|Declaration)$/.test(type) ? "class" : "variable";
}

function linesOf({ loc }: SyntaxNode): { line: number; to: number } {
  return { line: loc.start.line, to: loc.end.line };
}

/** The names that a pattern binds. */
export function namesIn(target: SyntaxNode | undefined): string[] {
  if (target === undefined) return [];
  const name = target.type === "Identifier" ? nameOf(target) : undefined;
  if (name !== undefined) return [name];
  const inner = [
    ...nodesAt(target, "properties").map((each) => nodeAt(each, "value") ?? nodeAt(each, "argument")),
    ...nodesAt(target, "elements"),
    nodeAt(target, "left"),
    nodeAt(target, "argument"),
  ];
  return inner.flatMap(namesIn);
}

/** `export { a, b }` behind the declarations, and what is given to `module.exports`. */
function exportedLater(program: SyntaxNode): Set<string> {
  const names = nodesAt(program, "body").flatMap((statement) => {
    const specifiers = nodeAt(statement, "source") === undefined ? nodesAt(statement, "specifiers") : [];
    const assigned = assignedExport(statement);
    return [...specifiers.map((each) => nameOf(nodeAt(each, "local"))), ...assigned];
  });
  return new Set(names.filter((name) => name !== undefined));
}

function assignedExport(statement: SyntaxNode): (string | undefined)[] {
  const assignment = nodeAt(statement, "expression");
  const left = nodeAt(assignment, "left");
  const object = nodeAt(left, "object");
  const isExport =
    nameOf(object) === "exports" || (nameOf(object) === "module" && nameOf(nodeAt(left, "property")) === "exports");
  if (!isExport) return [];
  const right = nodeAt(assignment, "right");
  if (right?.type !== "ObjectExpression") return [nameOf(right)];
  return nodesAt(right, "properties").map((each) => nameOf(nodeAt(each, "value")));
}

/** What the file takes from others, in whatever way it says so. */
export function importsIn(top: SyntaxNode): CodeImport[] {
  const imports: CodeImport[] = [];
  walk(top, (node) => {
    const found = importOf(node);
    if (found !== undefined && imports.length < maxSymbols) imports.push(found);
  });
  return imports;
}

function importOf(node: SyntaxNode): CodeImport | undefined {
  const { line } = node.loc.start;
  const named = literalOf(nodeAt(node, "source"));
  if (typeof named === "string" && /^(Import|Export)\w*Declaration$/.test(node.type)) {
    const names = nodesAt(node, "specifiers").map(takenBy);
    const all = names.filter((name) => name !== undefined);
    return { from: named, names: all, line };
  }
  const callee = nodeAt(node, "callee");
  const isRequire = isCall(node) && (nameOf(callee) === "require" || callee?.type === "Import");
  const from =
    isRequire || node.type === "ImportExpression"
      ? literalOf(nodesAt(node, "arguments")[0] ?? nodeAt(node, "source"))
      : undefined;
  return typeof from === "string" ? { from, names: [], line } : undefined;
}

/** What a specifier takes, by its name there. */
function takenBy(specifier: SyntaxNode): string | undefined {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  return specifier.type === "ImportNamespaceSpecifier"
    ? "*"
    : nameOf(nodeAt(specifier, "imported") ?? nodeAt(specifier, "local"));
}
