import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/ending.ts",
    find: 'fault: unexpected("finish")',
    replace: 'fault: new Fault("internal", String(error))',
  },
  { file: "src/core/operations/refusal.ts", find: "reports.bug(error, about);", replace: ";" },
  // What a WebSocket refuses is in no count.
  { file: "src/core/operations/refusal.ts", find: "  reports.fault(fault.code);\n", replace: "" },
  // Only the first of several mistakes is told.
  { file: "src/core/operations/decode.ts", find: "const maxIssues = 8;", replace: "const maxIssues = 1;" },
  {
    file: "src/gateways/http/http-gateway.ts",
    find: "sendFault(response, fault, { trace });\n    else if",
    replace: 'sendFault(response, fault, { trace: "" });\n    else if',
  },
  {
    file: "src/daemon/telemetry/telemetry.ts",
    find: "return { name, message, stack, ...",
    replace: "return { name, message, ...",
  },
  // A name that is gone is a name like any other that nobody has.
  {
    file: "src/core/tools/registry.ts",
    find: "this.#retired.find(([pattern]) => names.some((each) => matches(pattern, each)))?.[1]",
    replace: "this.#retired.find(() => names.length === 0)?.[1]",
  },
  // Names are taken as clients spell them.
  { file: "src/core/tools/spellings.ts", find: "return without.filter(", replace: "return [].filter(" },
  // A model that asks for something wrong over MCP is not told what.
  {
    file: "src/gateways/mcp/call-tool.ts",
    find: 'if (error instanceof Fault && error.code === "tool.unknown") throw error;',
    replace: "if (error instanceof Fault) throw error;",
  },
  // Mistakes in fields are told in the words of the schemas' library.
  {
    file: "src/protocol/mistakes.ts",
    find: "schema.safeParse(value, { error: wordsOf })",
    replace: "schema.safeParse(value)",
  },
  // A server that was removed is told as one that got lost.
  {
    file: "src/core/upstreams/upstream-session.ts",
    find: "return signal.aborted ? error : (this.#removed ?? error);",
    replace: "return signal.aborted || this.#removed !== undefined ? error : error;",
  },
];
