import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/processes/supervised/supervised-process.ts",
    find: '    this.#tree.signal("SIGCONT");\n',
    replace: "",
  },
  {
    file: "src/adapters/processes/supervised/supervised-process.ts",
    find: "if (!this.#commandEnded && graceMs > 0) await this.#endGently(graceMs);",
    replace: "",
  },
  {
    file: "src/adapters/processes/supervised/supervised-process.ts",
    find: "const orphansKilled = await this.#sweep();",
    replace: "const orphansKilled = 1;",
  },
  {
    file: "src/adapters/processes/supervised/supervised-process.ts",
    find: "    while (this.#inGrace && this.#tree.living().length > 0) await this.#unlessEnded(20);\n",
    replace: "",
  },
  {
    file: "src/adapters/processes/supervised/ways/warden.ts",
    find: 'while test -n "$asked" && test "$left" -gt 0; do',
    replace: "while false; do",
  },
  {
    file: "src/adapters/processes/supervised/ways/bubblewrap-way.ts",
    find: "pid === root.pid || pid === init?.pid || ",
    replace: "",
  },
  { file: "src/adapters/processes/supervised/terminal.ts", find: "-qefc", replace: "-qfc" },
];
