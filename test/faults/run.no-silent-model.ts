import type { FaultPatch } from "../red.ts";

const models = "src/core/models/models.ts";
const asking = "src/core/models/asking.ts";

export const patches: FaultPatch[] = [
  {
    file: models,
    find: "    if (owner === undefined) throw this.#unknown(name);",
    replace: "    if (owner === undefined) return this.#default();",
  },
  {
    file: models,
    find: '    if (model === "") throw this.#unknown(`${provider}/${model}`);',
    replace: '    if (model === "") return this.#default();',
  },
  { file: asking, find: "{ answeredAs: model }", replace: "{}" },
  // What answers instead is not told as such.
  {
    file: models,
    find: "return { ...this.#named(name), why };",
    replace: "return { ...this.#named(name), why: failed.why };",
  },
  // Whoever is there answers instead.
  {
    file: models,
    find: "this.#fallbacks.get(failed.provider) ?? [];",
    replace: "this.#fallbacks.get(failed.provider) ?? this.#configured();",
  },
  // Also what was refused is asked elsewhere.
  {
    file: asking,
    find: "if (!(failure instanceof Fault) || !meaningOf(failure).elsewhere) throw failure;\n      return",
    replace: "if (!(failure instanceof Fault)) throw failure;\n      return",
  },
  { file: models, find: "...(considered.length === 0 ? {} : { considered })", replace: "" },
  // What happens to run on this machine is as good as what is configured.
  { file: models, find: "endpoint.found === true ? [] : endpoint.provider", replace: "endpoint.provider" },
];
