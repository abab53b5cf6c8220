import { type JsonMember, type JsonNode, readJson } from "../../base/json-text.ts";
import { Unreadable } from "../../base/unreadable.ts";

type JsonObject = JsonNode & { kind: "object" };

/** The text with a value under a path of names; everything else stays as it is written. Throws `Unreadable`. */
export function setJson(text: string, path: readonly string[], value: unknown): string {
  if (text.trim() === "") return `${JSON.stringify(nested(path, value), null, 2)}\n`;
  const { object, rest } = reached(text, path);
  const [name, ...deeper] = rest;
  if (name === undefined) throw new Unreadable("there is no name to write it under");
  const style = styleOf(text);
  const known = object.members.findLast(({ key }) => key === name);
  if (known !== undefined) return replaced(text, known.value, written(value, style, indentAt(text, known.from)));
  return inserted(text, object, { name, value: nested(deeper, value), style });
}

/** The text without what stands under a path; as it was where nothing does. Throws `Unreadable`. */
export function removeJson(text: string, path: readonly string[]): string {
  if (text.trim() === "") return text;
  const { object, rest } = reached(text, path);
  const index = object.members.findLastIndex(({ key }) => key === rest[0]);
  const member = object.members[index];
  if (rest.length !== 1 || member === undefined) return text;
  return cut(text, object, { member, index });
}

/** The source of the value under a path; `undefined` where there is none. Throws `Unreadable`. */
export function findJson(text: string, path: readonly string[]): string | undefined {
  if (text.trim() === "") return undefined;
  const { object, rest } = reached(text, path);
  const member = object.members.findLast(({ key }) => key === rest[0]);
  return rest.length === 1 && member !== undefined ? text.slice(member.value.from, member.value.to) : undefined;
}

/** The innermost object on the way, and the names that are left; the last of them is always. */
function reached(text: string, path: readonly string[]): { object: JsonObject; rest: readonly string[] } {
  let object = objectOf(readJson(text, "with-comments"), "the file");
  for (const [depth, name] of path.slice(0, -1).entries()) {
    const member = object.members.findLast(({ key }) => key === name);
    if (member === undefined) return { object, rest: path.slice(depth) };
    object = objectOf(member.value, `"${name}"`);
  }
  return { object, rest: path.slice(-1) };
}

function objectOf(node: JsonNode, what: string): JsonObject {
  if (node.kind === "object") return node;
  throw new Unreadable(`${what} is no object`);
}

interface Style {
  readonly unit: string;
  readonly newline: string;
}

/** As the outermost object is written. */
function styleOf(text: string): Style {
  const [first] = objectOf(readJson(text, "with-comments"), "the file").members;
  const unit = (first && indentAt(text, first.from)) || "  ";
  return { unit, newline: text.includes("\r\n") ? "\r\n" : "\n" };
}

function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function written(value: unknown, { unit, newline }: Style, indent: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", `${newline}${indent}`);
}

function inserted(
  text: string,
  object: JsonObject,
  { name, value, style }: { name: string; value: unknown; style: Style },
): string {
  const outer = indentAt(text, object.from);
  const inner = `${outer}${style.unit}`;
  const last = object.members.at(-1);
  const close = object.to - 1;
  const member = `${style.newline}${inner}${JSON.stringify(name)}: ${written(value, style, inner)}`;
  // What stands between the last member and the bracket, comments for instance, stays before the new one.
  const from = last === undefined ? object.from + 1 : last.value.to;
  const between = text.slice(from, close);
  const hasComma = last === undefined || /^,/.test(withoutComments(between).trim());
  return `${text.slice(0, from)}${hasComma ? "" : ","}${between.trimEnd()}${member}${style.newline}${outer}${text.slice(close)}`;
}

function cut(text: string, object: JsonObject, { member, index }: { member: JsonMember; index: number }): string {
  const next = object.members[index + 1];
  const before = object.members[index - 1];
  if (next !== undefined) {
    // What stands above the next one is about the next one.
    const between = text.slice(member.value.to, next.from);
    const above = between.slice(between.indexOf("\n") + 1).trimStart();
    return text.slice(0, member.from) + (between.includes("\n") ? above : "") + text.slice(next.from);
  }
  const close = object.to - 1;
  const tail = text.slice(member.value.to, close);
  const outer = /\s*$/.exec(tail)?.[0] ?? "";
  const kept = `${text.slice(before?.value.to ?? object.from + 1, member.from).trimEnd()}${withoutComma(tail).trimEnd()}`;
  // A comma behind the last member is somebody's habit, and stays one.
  const isHabit = before !== undefined && withoutComments(tail).trim().startsWith(",");
  const end = isHabit ? kept : withoutComma(kept);
  return text.slice(0, before?.value.to ?? object.from + 1) + end.trimEnd() + outer + text.slice(close);
}

function withoutComma(text: string): string {
  const comma = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*,/.exec(text)?.[0];
  return comma === undefined ? text : comma.slice(0, -1) + text.slice(comma.length);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
}

function replaced(text: string, { from, to }: JsonNode, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, name) => ({ [name]: inner }), value);
}
