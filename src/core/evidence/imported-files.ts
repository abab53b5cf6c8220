import { posix } from "node:path";
import type { CodeImport } from "./evidence.ts";

const endings = /\.(d\.ts|[cm]?[jt]sx?|py|rb|php|go|sh)$/;
/** By how many of its last names a path is found: no module is written with more. */
const mostNames = 32;

/** Which of some files an import leads to. Each look takes as long as the import is, however many files there are. */
export class ImportedFiles {
  /** Paths without their ending. */
  readonly #bare = new Map<string, string>();
  /** By the names that end a path, two at least; the first file that has them. */
  readonly #ends = new Map<string, string>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const plain = path.replace(endings, "");
      this.#bare.set(plain, path);
      this.#bare.set(plain.replace(/\/(index|__init__)$/, ""), path);
    }
    for (const [plain, path] of this.#bare) this.#addEnds(plain, path);
  }

  /** By a path beside the importing file, or by the names of a module that end a path. */
  find(importer: string, { from }: Pick<CodeImport, "from">): { file?: string } {
    const isBeside = from.startsWith(".") && !/^\.+\w/.test(from);
    const file = isBeside ? this.#beside(importer, from) : this.#module(from);
    return file === undefined || file === importer ? {} : { file };
  }

  #beside(importer: string, from: string): string | undefined {
    const beside = posix.join(posix.dirname(importer), from);
    return this.#bare.get(beside) ?? this.#bare.get(beside.replace(endings, ""));
  }

  #module(from: string): string | undefined {
    const module = from.replace(/^\.+/, "").replace(/[.\\]|::/g, "/");
    return this.#bare.get(module) ?? this.#ends.get(module);
  }

  #addEnds(plain: string, path: string): void {
    let slash = plain.lastIndexOf("/");
    for (let names = 2; names <= mostNames && slash > 0; names += 1) {
      slash = plain.lastIndexOf("/", slash - 1);
      if (slash < 0) return;
      const end = plain.slice(slash + 1);
      if (!this.#ends.has(end)) this.#ends.set(end, path);
    }
  }
}
