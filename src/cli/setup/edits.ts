import { isDeepStrictEqual } from "node:util";
import type { SetupClient } from "./clients.ts";
import { findJson, removeJson, setJson } from "./json-edit.ts";
import { blockOf, findToml, removeToml, setToml } from "./toml-edit.ts";

type Entry = Readonly<Record<string, unknown>>;

/** How an entry is written into a text of one format; all of them throw `Unreadable`. */
interface Edits {
  set(text: string, path: readonly string[], entry: Entry): string;
  remove(text: string, path: readonly string[]): string;
  /** What stands there, as it is written. */
  find(text: string, path: readonly string[]): string | undefined;
  isSame(found: string, path: readonly string[], entry: Entry): boolean;
}

const edits: Readonly<Record<SetupClient["format"], Edits>> = {
  json: { set: setJson, remove: removeJson, find: findJson, isSame: (found, _path, entry) => isSameJson(found, entry) },
  toml: {
    set: setToml,
    remove: removeToml,
    find: findToml,
    isSame: (found, path, entry) => found === blockOf(path, entry),
  },
};

/** The name under which clients know us. */
const ownName = "exai";

/** One client's file as a text that our entry can be written into. */
export class ClientText {
  readonly #edits: Edits;
  readonly #path: readonly string[];

  constructor({ format, servers }: Pick<SetupClient, "format" | "servers">) {
    this.#edits = edits[format];
    this.#path = [servers, ownName];
  }

  set(text: string, entry: Entry): string {
    const found = this.#edits.find(text, this.#path);
    if (found !== undefined && this.#edits.isSame(found.replaceAll("\r\n", "\n"), this.#path, entry)) return text;
    return this.#edits.set(text, this.#path, entry);
  }

  remove(text: string): string {
    return this.#edits.remove(text, this.#path);
  }

  /** Whether it holds our entry: as it would be written now, another one, or none. */
  state(text: string, entry: Entry): "same" | "other" | "none" {
    if (this.#edits.find(text, this.#path) === undefined) return "none";
    return this.set(text, entry) === text ? "same" : "other";
  }

  /** Whether two texts are the same but for our entry, which was written into the first. */
  isSameBeside(before: string, entry: Entry, now: string): boolean {
    return this.remove(this.#edits.set(before, this.#path, entry)) === this.remove(now);
  }
}

function isSameJson(found: string, entry: Entry): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(found), entry);
  } catch {
    // With comments in it: it was written by hand.
    return false;
  }
}
