import { Unreadable } from "../../base/unreadable.ts";
import { readToml, type TomlHeader, type TomlText } from "./toml-text.ts";

/** The text with a table of plain values under a path; everything else stays as it is written. Throws `Unreadable`. */
export function setToml(text: string, path: readonly string[], entry: Readonly<Record<string, unknown>>): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const block = blockOf(path, entry).replaceAll("\n", newline);
  const place = placeOf(text, path);
  if (place !== undefined) return text.slice(0, place.from) + block + text.slice(place.to);
  const before = text.trimEnd();
  return before === "" ? `${block}${newline}` : `${before}${newline}${newline}${block}${newline}`;
}

/** The text without a table and those below it; as it was where there is none. Throws `Unreadable`. */
export function removeToml(text: string, path: readonly string[]): string {
  const place = placeOf(text, path);
  if (place === undefined) return text;
  const before = text.slice(0, place.from).trimEnd();
  const after = text.slice(place.to).replace(/^\s*\n/, "");
  if (before === "") return after;
  return after === "" ? `${before}\n` : `${before}\n\n${after.replace(/^\s*\n/, "")}`;
}

/** The source of a table; `undefined` where there is none. Throws `Unreadable`. */
export function findToml(text: string, path: readonly string[]): string | undefined {
  const place = placeOf(text, path);
  return place === undefined ? undefined : text.slice(place.from, place.to);
}

/** A table with its header, as it is written. */
export function blockOf(path: readonly string[], entry: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(entry).map(([name, value]) => `${keyText(name)} = ${valueText(value)}`);
  return [`[${path.map(keyText).join(".")}]`, ...lines].join("\n");
}

/** From a table's header to its last value, with the tables below it. */
function placeOf(text: string, path: readonly string[]): { from: number; to: number } | undefined {
  const read = readToml(text);
  mustBeTable(read, path);
  const first = read.headers.findIndex((header) => isWithin(header, path));
  const start = read.headers[first];
  if (start === undefined) return undefined;
  const next = read.headers.slice(first).find((header) => !isWithin(header, path));
  const end = next?.from ?? text.length;
  const headerEnd = text.indexOf("]", start.from) + 1;
  const inside = read.keys.filter(({ from }) => from > start.from && from < end).map(({ to }) => to);
  return { from: start.from, to: Math.max(headerEnd, ...inside) };
}

function isWithin({ path }: Pick<TomlHeader, "path">, outer: readonly string[]): boolean {
  return outer.every((name, index) => path[index] === name);
}

/** A table that is written another way, or in several places, is not ours to edit. */
function mustBeTable({ headers, keys }: TomlText, path: readonly string[]): void {
  const name = path.join(".");
  const within = headers.map((header) => isWithin(header, path));
  const isSplit = within.some((is, index) => is && !within[index - 1] && within.indexOf(true) !== index);
  if (isSplit) throw new Unreadable(`[${name}] stands in several places`);
  const outer = path.slice(0, -1);
  const inline = keys.some(
    (key) =>
      (isWithin(key, path) && !headers.some((header) => isWithin(header, path) && header.from < key.from)) ||
      (key.path.length <= outer.length && isWithin({ path: outer }, key.path)),
  );
  if (inline) throw new Unreadable(`${name} is not written as a table of its own`);
}

function keyText(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

/** Of strings, numbers, booleans, and lists and tables of them: JSON's notation of those is TOML's too. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${keyText(name)} = ${valueText(inner)}`)
    .join(", ")} }`;
}
