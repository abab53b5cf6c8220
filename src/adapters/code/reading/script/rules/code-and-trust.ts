import {
  dottedName,
  isCall,
  literalOf,
  nameOf,
  nodeAt,
  nodesAt,
  propertyOf,
  type SyntaxNode,
  unwrapped,
} from "../node.ts";
import type { Place, ScriptRule } from "../script-rule.ts";

const calls = ["CallExpression", "OptionalCallExpression"];

/** Text that is run as code. */
export const dynamicCodeRule: ScriptRule = {
  types: [...calls, "NewExpression"],
  look({ node, module }) {
    const callee = nodeAt(node, "callee");
    const given = nodesAt(node, "arguments");
    const name = nameOf(callee);
    const isOwn = name !== undefined && module.valuesOf(name).length > 0;
    const isCode = /^(eval|Function)$/.test(name ?? "") && callee?.type === "Identifier" && !isOwn;
    const origin = module.originOf(callee);
    const isMachine = origin?.from === "vm" && /^(runIn\w+|Script|compileFunction)$/.test(origin.name);
    const isTimer = /^set(Timeout|Interval)$/.test(name ?? "") && typeof literalOf(given[0]) === "string";
    const isFixed = given.length > 0 && given.every((each) => literalOf(unwrapped(each)) !== undefined);
    if (!((isCode || isMachine) && !isFixed && given.length > 0) && !isTimer) return undefined;
    const message = "Text is run as code: whoever has a say in it runs what they like.";
    return { rule: "dynamic-code", severity: "high", message };
  },
};

/** Objects that are made of bytes which say what runs. */
export const objectsRule: ScriptRule = {
  types: calls,
  look({ node, module }) {
    const origin = module.originOf(nodeAt(node, "callee"));
    const isUnsafe =
      origin !== undefined &&
      ["node-serialize", "funcster", "cryo"].includes(origin.from) &&
      /^(unserialize|deepDeserialize|parse)$/.test(origin.name);
    const message = "Objects are made of a text that can hold functions: a text of others runs theirs.";
    return isUnsafe ? { rule: "unsafe-deserialisation", severity: "high", message } : undefined;
  },
};

const settings = /^(rejectUnauthorized|strictSSL)$/;

/** Certificates that nobody verifies. */
export const trustRule: ScriptRule = {
  types: ["ObjectProperty", "AssignmentExpression"],
  look({ node }) {
    const target = nodeAt(node, "key") ?? nodeAt(node, "left");
    const value = literalOf(nodeAt(node, "value") ?? nodeAt(node, "right"));
    const name = target === undefined ? undefined : (propertyOf(target) ?? nameOf(target));
    const isOff =
      (settings.test(name ?? "") && value === false) ||
      (name === "NODE_TLS_REJECT_UNAUTHORIZED" && String(value) === "0");
    const message = "Certificates are not verified: anybody on the way can read and answer.";
    return isOff ? { rule: "disabled-tls", severity: "high", message } : undefined;
  },
};

/** Passwords in hashes that are broken, or made to be fast. */
export const hashRule: ScriptRule = {
  types: calls,
  look(place) {
    const { node, module } = place;
    const callee = nodeAt(node, "callee");
    const [algorithm] = nodesAt(node, "arguments");
    const isFast = /^(md5|sha1|sha256|sha512)$/i.test(String(literalOf(algorithm)));
    if (module.originOf(callee)?.from !== "crypto" || !/(^|\.)createHash$/.test(dottedName(callee) ?? "") || !isFast)
      return undefined;
    if (!/pass(word|wd|phrase)|pwd\b/i.test(around(place))) return undefined;
    const message = "A password is hashed with what is broken or made to be fast: it can be guessed by the billion.";
    return { rule: "weak-hash", severity: "high", message };
  },
};

/** Tokens that can be foretold. */
export const randomRule: ScriptRule = {
  types: calls,
  look(place) {
    if (dottedName(nodeAt(place.node, "callee")) !== "Math.random" || place.module.isTest) return undefined;
    const made = /(\b|_)(token|secret|password|nonce|otp|csrf|salt|session_?id|api_?key)(\b|_|[A-Z])/i;
    if (!made.test(around(place).slice(0, 80))) return undefined;
    const message = "What should be a secret comes from numbers that can be foretold.";
    return { rule: "foreseeable-secret", severity: "medium", message };
  },
};

const holders = /(^|_)(password|passwd|secret|client_secret|api_?key|access_token|auth_token|private_key)$/i;
const example = /example|change_?me|placeholder|dummy|sample|test|secret|password|your|xxx|[<>{}$]|^\W+$|\s/i;

/** Passwords that stand in the code. */
export const credentialRule: ScriptRule = {
  types: ["VariableDeclarator", "ObjectProperty", "AssignmentExpression", "ClassProperty"],
  look({ node, module }) {
    const target = nodeAt(node, "id") ?? nodeAt(node, "key") ?? nodeAt(node, "left");
    const value = nodeAt(node, "init") ?? nodeAt(node, "value") ?? nodeAt(node, "right");
    const name = (target && (propertyOf(target) ?? nameOf(target)))?.replace(/([a-z\d])([A-Z])/g, "$1_$2");
    const text = value?.type === "StringLiteral" ? String(value["value"]) : "";
    const isSecret =
      text.length >= 8 && /\d/.test(text) && /[a-z]/i.test(text) && new Set(text).size >= 6 && !example.test(text);
    if (name === undefined || !holders.test(name) || !isSecret || module.isTest) return undefined;
    const message = "A password or key stands in the code: whoever has the repository can use it.";
    return { rule: "credential-in-code", severity: "high", message };
  },
};

const maxAround = 400;

/** The statement around a place, as far as it says something about it. */
function around({ node, above, module }: Place): string {
  const whole =
    above.findLast((each) =>
      /Statement$|Declaration$|^(ObjectProperty|ClassProperty|ObjectMethod|ClassMethod)$/.test(each.type),
    ) ?? node;
  const wide: SyntaxNode = isCall(whole) ? node : whole;
  return module.slice({ start: wide.start, end: Math.min(wide.end, wide.start + maxAround) });
}
