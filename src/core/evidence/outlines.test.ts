import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { EvidenceBench } from "../../../test/support/evidence-bench.ts";
import { SystemClock } from "../../base/clock.ts";
import { findCallers, outlineFiles } from "./outlines.ts";

const signal = new AbortController().signal;
const names = Array.from({ length: 40 }, (_, index) => `m${index}.py`);
const imports = [{ from: "q.x", names: [], line: 1 }];
const uses = [{ as: "call", line: 1 }] as const;

/** Counts how often others got their turn since the last file was read. */
class Turns implements AsyncDisposable {
  count = 0;
  #isOver = false;
  readonly #counted: Promise<void>;

  constructor() {
    this.#counted = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await new Promise(setImmediate);
      this.count += 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#counted;
  }
}

for (const [what, look] of [
  ["imports of many files are followed", outlineFiles],
  ["places in many files are quoted", findCallers],
] as const)
  promise("share.fair", `while ${what}, others get their turn between them`, async () => {
    await using bench = await EvidenceBench.open();
    await using turns = new Turns();
    const files = new Map(names.map((name) => [name, new TextEncoder().encode("import q.x\n")]));
    const code = {
      read: async () => {
        turns.count = 0;
        return { language: "python", method: "text search", imports, uses } as const;
      },
    };
    const parts = { workspace: bench.workspace, code, clock: new SystemClock() };
    await look(parts, { who: { ...bench.who, files }, files: names, symbol: "x" }, signal);
    expect(turns.count).toBeGreaterThan(names.length - 5);
  });
