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
  walk,
} from "./node.ts";

/** Where something comes from: a module, and what of it. */
export interface Origin {
  from: string;
  name: string;
}

const maxSteps = 4;

/** What the names of one file stand for, so far as the file itself says it. Scopes are not told apart. */
export class ScriptModule {
  readonly path: string;
  readonly text: string;
  readonly top: SyntaxNode;
  readonly #origins = new Map<string, Origin>();
  /** What each name is made of, wherever it is. */
  readonly #values = new Map<string, SyntaxNode[]>();

  constructor({ path, text, top }: { path: string; text: string; top: SyntaxNode }) {
    this.path = path;
    this.text = text;
    this.top = top;
    walk(top, (node) => this.#learn(node));
  }

  /** Whether it is a file of tests, by its path or by what it takes. */
  get isTest(): boolean {
    const path = /(^|\/)(__tests__|tests?|specs?|e2e)\/|[.-](test|spec|e2e|cy)\.\w+$/;
    return path.test(this.path) || [...this.#origins.values()].some(({ from }) => testing.test(from));
  }

  /** What a callee or another name stands for in another module. */
  originOf(given: SyntaxNode | undefined, steps = maxSteps): Origin | undefined {
    if (given === undefined || steps === 0) return undefined;
    const node = unwrapped(given);
    if (node.type === "Identifier") return this.#originOfName(nameOf(node) ?? "", steps);
    const property = propertyOf(node);
    const object = isMember(node) ? nodeAt(node, "object") : undefined;
    if (property === undefined || object === undefined) return undefined;
    const from = requiredBy(unwrapped(object)) ?? this.originOf(object, steps - 1)?.from;
    return from === undefined ? undefined : { from: plain(from), name: property };
  }

  /** What a name was given in this file. */
  valuesOf(name: string): readonly SyntaxNode[] {
    return this.#values.get(name) ?? [];
  }

  /** What is written between these places. */
  slice({ start, end }: { start: number; end: number }): string {
    return this.text.slice(start, end);
  }

  #originOfName(name: string, steps: number): Origin | undefined {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const promised = this.valuesOf(name)
      .map(unwrapped)
      .find((value) => isCall(value) && /(^|\.)promisify$/.test(dottedName(nodeAt(value, "callee")) ?? ""));
    return this.originOf(nodesAt(promised, "arguments")[0], steps - 1);
  }

  #learn(node: SyntaxNode): void {
    if (node.type === "ImportDeclaration") this.#learnImport(node);
    if (node.type === "VariableDeclarator") this.#learnValue(nodeAt(node, "id"), nodeAt(node, "init"));
    if (node.type === "AssignmentExpression" && node["operator"] === "=")
      this.#learnValue(nodeAt(node, "left"), nodeAt(node, "right"));
  }

  #learnImport(node: SyntaxNode): void {
    const from = plain(String(literalOf(nodeAt(node, "source"))));
    for (const each of nodesAt(node, "specifiers")) {
      const local = nameOf(nodeAt(each, "local"));
      if (local !== undefined) this.#origins.set(local, { from, name: nameOf(nodeAt(each, "imported")) ?? "*" });
    }
  }

  #learnValue(target: SyntaxNode | undefined, value: SyntaxNode | undefined): void {
    if (target === undefined || value === undefined) return;
    const from = requiredBy(unwrapped(value));
    for (const { name, of } of boundBy(target)) {
      this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
      if (from !== undefined) this.#origins.set(name, { from: plain(from), name: of ?? "*" });
    }
  }
}

const testing = /^(vitest|@jest\/globals|test|ava|tape|mocha|@playwright\/test|cypress|bun:test)$/;

function plain(from: string): string {
  return from.replace(/^node:/, "");
}

/** The module of `require("…")` and `await import("…")`. */
function requiredBy(node: SyntaxNode | undefined): string | undefined {
  if (!isCall(node) && node?.type !== "ImportExpression") return undefined;
  const callee = nodeAt(node, "callee");
  const isRequire = node.type === "ImportExpression" || callee?.type === "Import" || nameOf(callee) === "require";
  const source = literalOf(nodesAt(node, "arguments")[0] ?? nodeAt(node, "source"));
  return isRequire && typeof source === "string" ? source : undefined;
}

/** The names that a pattern binds, and what each takes of the whole. */
function boundBy(target: SyntaxNode): { name: string; of?: string }[] {
  if (target.type === "Identifier") return [{ name: nameOf(target) ?? "" }];
  const inner = nodesAt(target, "properties").flatMap((property) => {
    const key = nameOf(nodeAt(property, "key"));
    const value = nodeAt(property, "value") ?? nodeAt(property, "argument");
    const names = value === undefined ? [] : boundBy(value);
    return names.map(({ name }) => ({ name, ...(key !== undefined && { of: key }) }));
  });
  const left = nodeAt(target, "left");
  return [
    ...inner,
    ...nodesAt(target, "elements").flatMap(boundBy),
    ...(target.type === "AssignmentPattern" && left !== undefined ? boundBy(left) : []),
  ];
}
