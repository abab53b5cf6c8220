import type { FaultPatch } from "../red.ts";

const vendor = "src/adapters/models/openai-compatible";

export const patches: FaultPatch[] = [
  {
    file: `${vendor}/vendor-fault.ts`,
    find: 'return hide(words.replace(/\\s+/g, " ").trim())',
    replace: 'return words.replace(/\\s+/g, " ").trim()',
  },
  // Only the whole key counts as secret.
  { file: `${vendor}/redaction.ts`, find: "const tellingCharacters = 6;", replace: "const tellingCharacters = 60;" },
  {
    file: `${vendor}/openai-compatible-model.ts`,
    find: "it is no URL, expected",
    replace: "${baseUrl} is no URL, expected",
  },
  {
    file: "src/daemon/config/setting-fault.ts",
    find: 'if (setting.kind.written === "never") return hidden;',
    replace: "",
  },
  {
    file: "src/daemon/config/setting-fault.ts",
    find: "text.replace(/\\/\\/[^/]*@/g, `//${hidden}@`)",
    replace: "text",
  },
  {
    file: "src/daemon/config/secret.ts",
    find: "toJSON(): string {\n    return hidden;",
    replace: "toJSON(): string {\n    return this.#text;",
  },
];
