import type { FaultPatch } from "../red.ts";

const models = "src/core/models/models.ts";
const names = "src/core/models/names.ts";
const asking = "src/core/models/asking.ts";

export const patches: FaultPatch[] = [
  {
    file: names,
    find: "    if (owner === undefined) throw this.unknown(name);",
    replace: '    if (owner === undefined) return { provider: this.configured[0] ?? "", model: name };',
  },
  {
    file: names,
    find: '    if (model === "") throw this.unknown(`${provider}/${model}`);\n',
    replace: "",
  },
  // The name of a provider without a key goes to whoever is there.
  { file: names, find: "        (facts.provider === model && !this.#endpoints.has(model)) ||\n", replace: "" },
  { file: asking, find: "{ answeredAs: model }", replace: "{}" },
  // What answers instead is not told as such.
  {
    file: models,
    find: "return { ...this.#names.meant(name), why };",
    replace: "return { ...this.#names.meant(name), why: failed.why };",
  },
  // Whoever is there answers instead.
  {
    file: models,
    find: "this.#fallbacks.get(failed.provider) ?? [];",
    replace: "this.#fallbacks.get(failed.provider) ?? this.#names.configured;",
  },
  // Also what was refused is asked elsewhere.
  {
    file: asking,
    find: "      if (!meaningOf(failure).elsewhere) throw failure;\n",
    replace: "",
  },
  { file: models, find: "...(considered.length === 0 ? {} : { considered })", replace: "" },
  // What happens to run on this machine is as good as what is configured.
  { file: names, find: "endpoint.found === true ? [] : endpoint.provider", replace: "endpoint.provider" },
  // What a provider does not know is told without the names that it has.
  {
    file: "src/core/models/asking.ts",
    find: 'if (failure.code === "model.unknown") throw await',
    replace: 'if (failure.code === "model.none") throw await',
  },
  // A result keeps to itself that another model answered.
  {
    file: "src/core/models/provenance.ts",
    find: "    ...(answeredAs !== undefined && { answeredAs }),\n",
    replace: "",
  },
  // A run goes on with the model of its thread and does not say so.
  {
    file: "src/core/agents/think-turn.ts",
    find: "return last === undefined ? { model, why } :",
    replace: "return last === undefined ? { model } :",
  },
  // A provider that is misspelt is part of the model's name.
  { file: names, find: "    if (meant.length > 0) throw misspeltProvider(name, meant);\n", replace: "" },
  // What an endpoint does not list is asked all the same.
  {
    file: names,
    find: "if (listed.length === 0 || listed.some((id) => isCalled(id, model))) return named;",
    replace: "if (listed.length < 1e9) return named;",
  },
];
