import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // An abort after the grant takes its place in line away a second time.
  { file: "src/core/admission/arbiter.ts", find: "    if (entrant.settled) return;\n", replace: "" },
  // What was quarantined is given back as if it had been held.
  {
    file: "src/core/admission/held-permit.ts",
    find: "    removeAll(claims, this.#as);",
    replace: `    removeAll(claims, "held");`,
  },
  // Nobody is let in when one that gives up makes way.
  {
    file: "src/core/admission/thread-lines.ts",
    find: "    if (first !== undefined) this.#general.add(first);\n",
    replace: "",
  },
  {
    file: "src/core/calls/rest.ts",
    find: '    if (this.#parts.outbox.state.phase !== "paused") return;\n    await this.#want("run");',
    replace: '    await this.#parts.permits.regain(this.#parts.signal);\n    await this.#want("run");',
  },
  // A turn given back twice is two.
  { file: "src/core/upstreams/turns.ts", find: "        if (isOver) return;\n", replace: "" },
];
