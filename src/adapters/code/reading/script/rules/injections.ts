import type { ScriptModule } from "../module.ts";
import { isMember, literalOf, nameOf, nodeAt, nodesAt, propertyOf, type SyntaxNode, unwrapped } from "../node.ts";
import type { ScriptRule, Verdict } from "../script-rule.ts";
import { entryOf, isBuilt, isFromRequest, isKnown, partsOf } from "../values.ts";

const calls = ["CallExpression", "OptionalCallExpression"];

const inShell: Verdict = {
  rule: "shell-injection",
  severity: "critical",
  message: "A shell reads a command that is put together from values: each of them can add commands of its own.",
};

/** Commands for a shell, put together from values. */
export const shellRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const origin = module.originOf(nodeAt(node, "callee"));
    if (origin === undefined || !/^(child_process|execa|shelljs)$/.test(origin.from)) return undefined;
    const [command, ...rest] = nodesAt(node, "arguments");
    const takesShell = /^(exec|execSync)$/.test(origin.name) || rest.some((each) => hasShell(each, module));
    if (takesShell) return isOpen(command, module) || rest.some((each) => anyOpen(each, module)) ? inShell : undefined;
    const program = command === undefined ? undefined : literalOf(unwrapped(command));
    const isShell = typeof program === "string" && /(^|\/)((ba|z|da)?sh|cmd(\.exe)?|powershell(\.exe)?)$/.test(program);
    return isShell && anyOpen(rest[0], module) ? inShell : undefined;
  },
};

function isOpen(node: SyntaxNode | undefined, module: ScriptModule): boolean {
  return isBuilt(node, module) || isFromRequest(node, module);
}

function anyOpen(list: SyntaxNode | undefined, module: ScriptModule): boolean {
  return list?.type === "ArrayExpression" && nodesAt(list, "elements").some((each) => isOpen(each, module));
}

function hasShell(options: SyntaxNode, module: ScriptModule): boolean {
  const shell = entryOf(options, "shell");
  return shell !== undefined && literalOf(shell) !== false && isKnown(shell, module);
}

const queries =
  /^(query|execute|exec|run|all|get|each|prepare|raw|unsafe|whereRaw|selectRaw|orderByRaw|\$(query|execute)RawUnsafe)$/;
const statement =
  /^\s*(select\b[\s\S]*\bfrom\b|insert\s+into\b|replace\s+into\b|update\s+\S+\s+set\b|delete\s+from\b|with\s+\S+\s+as\b)/i;
/** Where a value stands, and no name of a table or a column. */
const beforeValue = /(=|<|>|\blike|\bin\s*\(|\bvalues\s*\(|\blimit|\boffset|['",(%])\s*$/i;

/** Queries with values in their text. */
export const queryRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const callee = nodeAt(node, "callee");
    if (!isMember(callee) || !queries.test(propertyOf(callee) ?? "")) return undefined;
    const [query] = nodesAt(node, "arguments");
    if (query === undefined) return undefined;
    const parts = partsOf(query, module);
    if (!statement.test(parts.map((part) => (typeof part === "string" ? part : "?")).join(""))) return undefined;
    const isOpenValue = parts.some((part, index) => {
      const before = parts[index - 1];
      if (typeof part === "string" || typeof before !== "string" || isPlaceholders(part)) return false;
      return beforeValue.test(before) && !isKnown(part, module);
    });
    const message = "A query is put together from values: each of them can change what it asks. Parameters cannot.";
    return isOpenValue ? { rule: "sql-injection", severity: "critical", message } : undefined;
  },
};

/** Lists of names and of `?` are joined; values hardly ever are. */
function isPlaceholders(node: SyntaxNode): boolean {
  const callee = nodeAt(unwrapped(node), "callee");
  return callee !== undefined && /^(join|repeat)$/.test(propertyOf(callee) ?? "");
}

/** Files that a request names. */
export const pathRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const callee = nodeAt(node, "callee");
    const origin = module.originOf(callee);
    const isFile = origin !== undefined && /^(fs|fs\/promises|fs-extra)$/.test(origin.from);
    const isSent = isMember(callee) && /^(sendFile|download)$/.test(propertyOf(callee) ?? "");
    if (!isFile && !isSent) return undefined;
    const [path] = nodesAt(node, "arguments");
    const message = "A path is made of what a request says: it can lead anywhere.";
    return isFromRequest(path, module) ? { rule: "path-injection", severity: "high", message } : undefined;
  },
};

/** Addresses that a request names. */
export const addressRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const callee = nodeAt(node, "callee");
    const isFetch =
      nameOf(callee) === "fetch" || /^(axios|got|undici|node-fetch|needle)$/.test(module.originOf(callee)?.from ?? "");
    const [address] = nodesAt(node, "arguments");
    if (!isFetch || address === undefined) return undefined;
    const first = partsOf(address, module)[0];
    const isOpenAddress = typeof first !== "string" && isFromRequest(address, module);
    const message = "A request says where this server asks: it can ask what only this server reaches.";
    return isOpenAddress ? { rule: "request-forgery", severity: "high", message } : undefined;
  },
};

const inPage: Verdict = {
  rule: "html-injection",
  severity: "high",
  message: "A page is put together from values: each of them can bring a script of its own.",
};

/** Pages with what a request says in their text. */
export const pageRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const callee = nodeAt(node, "callee");
    const [body] = nodesAt(node, "arguments");
    if (!isMember(callee) || !/^(send|write|end|html)$/.test(propertyOf(callee) ?? "") || body === undefined)
      return undefined;
    const parts = partsOf(body, module);
    const isPage = parts.some((part) => typeof part === "string" && /<[a-z!/]/i.test(part));
    return isPage && parts.some((part) => typeof part !== "string" && isFromRequest(part, module)) ? inPage : undefined;
  },
};

/** Elements whose content is put together. */
export const elementRule: ScriptRule = {
  types: ["AssignmentExpression", "CallExpression"],
  look({ node, module }) {
    const target = nodeAt(node, "left") ?? nodeAt(node, "callee");
    const value = nodeAt(node, "right") ?? nodesAt(node, "arguments").at(-1);
    if (target === undefined || !/^(innerHTML|outerHTML|insertAdjacentHTML)$/.test(propertyOf(target) ?? ""))
      return undefined;
    return isBuilt(value, module) ? inPage : undefined;
  },
};
