import type { FaultPatch } from "../red.ts";

const vendor = "src/adapters/models/sdk";

export const patches: FaultPatch[] = [
  {
    file: `${vendor}/vendor-fault.ts`,
    find: 'return hide(words.replace(/\\s+/g, " ").trim())',
    replace: 'return words.replace(/\\s+/g, " ").trim()',
  },
  // Only the whole key counts as secret.
  { file: `${vendor}/redaction.ts`, find: "const tellingCharacters = 6;", replace: "const tellingCharacters = 60;" },
  {
    file: `${vendor}/line.ts`,
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
  { file: "src/daemon/telemetry/logger.ts", find: "hooks: { streamWrite: parts.scrub },", replace: "hooks: {}," },
  // Only what has a shape counts as secret.
  {
    file: "src/daemon/telemetry/scrub.ts",
    find: "for (const literal of literals)",
    replace: "for (const literal of literals.slice(literals.length))",
  },
  // A shape is not looked for where only its sign tells of it.
  { file: "src/daemon/telemetry/scrub.ts", find: "|AKIA|", replace: "|" },
  // A text may move the terminal's cursor.
  { file: "src/daemon/telemetry/scrub.ts", find: "[\\p{Cc}", replace: "[\\p{Cs}" },
  {
    file: "src/daemon/telemetry/otlp-tracer.ts",
    find: 'typeof value === "string" ? this.#scrub(value) : value',
    replace: "value",
  },
  // A fault's facts stand in the log.
  { file: "src/daemon/telemetry/telemetry.ts", find: "      fault: fault?.code,\n", replace: "      fault,\n" },
  // Where the daemon is stands in a file that everybody may read.
  { file: "src/daemon/write-whole.ts", find: "mode: 0o600", replace: "mode: 0o644" },
  // A refused secret is told by its refusal; a search tells by a match how one begins.
  {
    file: "src/core/workspace/text-in.ts",
    find: "what: first.what,",
    replace: "what: text.slice(first.at, first.at + first.length),",
  },
  { file: "src/core/workspace/search-files.ts", find: "if (!(await this.#fits(text, signal))) return;", replace: "" },
  // A server behind the daemon answers its own credentials.
  {
    file: "src/adapters/upstreams/mcp/cleaner.ts",
    find: "if (secrets.length === 0) return value;",
    replace: "return value;",
  },
  // And writes them.
  {
    file: "src/adapters/upstreams/mcp/connecting.ts",
    find: "request.onSaid(said.add(scrub(line)));",
    replace: "request.onSaid(said.add(line));",
  },
  // And says them while it is reached.
  {
    file: "src/adapters/upstreams/mcp/connecting.ts",
    find: "const message = clean(fault?.message ??",
    replace: "const message = (fault?.message ??",
  },
  // And says them of how far it is.
  {
    file: "src/adapters/upstreams/mcp/mcp-connection.ts",
    find: "onProgress({ message: this.#parts.clean(message),",
    replace: "onProgress({ message,",
  },
  // What was given in place of something else is repeated.
  {
    file: "src/protocol/mistakes.ts",
    find: 'if (typeof value === "number") return String(value);',
    replace: "if (value !== undefined) return String(value);",
  },
  // A credential that lies where a text is divided is not seen.
  { file: "src/core/workspace/secrets.ts", find: "const boundary = /[^\\w.-]/g;", replace: "const boundary = /[^]/g;" },
  // Of a key over several lines of a change only the first goes out.
  {
    file: "src/core/evidence/changes/hunk-secrets.ts",
    find: "row !== undefined && row.start < to",
    replace: "row !== undefined && index === first",
  },
  // A token that was asked for is no secret of its entry.
  {
    file: "src/adapters/upstreams/mcp/client-grant.ts",
    find: "    if (this.#token !== undefined) this.#parts.onToken(this.#token);\n",
    replace: "",
  },
  // What an answer calls its parts is told as it came.
  {
    file: "src/adapters/upstreams/mcp/cleaner.ts",
    find: "[clean(name), each]",
    replace: "[name, each]",
  },
];
