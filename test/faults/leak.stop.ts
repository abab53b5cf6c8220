import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/daemon/lifecycle.ts", find: "this.#parts.toReversed()", replace: "this.#parts" },
  {
    file: "src/daemon/lifecycle.ts",
    find: "this.#closing ??= this.#close();",
    replace: "this.#closing = this.#close();",
  },
  { file: "src/daemon/lifecycle.ts", find: "this.#log.closeFailed(name, error);", replace: "throw error;" },
  // What was opened late stays open.
  { file: "src/daemon/lifecycle.ts", find: "if (part !== undefined) await closeOf(part);", replace: "" },
  // What is watched at servers behind lives on.
  {
    file: "src/core/upstreams/library.ts",
    find: "    for (const watch of this.#watches) watch[Symbol.dispose]();\n",
    replace: "",
  },
];
