import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/admission/token-buckets.ts", find: "    this.#forgetUntil(nowMs - refillMs);\n", replace: "" },
  { file: "src/core/calls/tails.ts", find: "if (this.#bytes <= allTailBytes) return;", replace: "return;" },
  // Every log that ever ended stays at hand.
  {
    file: "src/adapters/output/spool/sealed-logs.ts",
    find: "{ most: maxLoaded }",
    replace: "{ most: maxLoaded * 1e6 }",
  },
  // Every idle session keeps its server.
  {
    file: "src/gateways/mcp/http/mcp-sessions.ts",
    find: "if ((eldest.isIdle || isForgotten) && eldest !== session) this.#leave(eldest);",
    replace: "",
  },
  // A reader of MCP that acknowledges nothing is sent everything.
  {
    file: "src/gateways/websocket/mcp-channel.ts",
    find: 'if (eventCredit(this.#window).events === 0) return "parked";',
    replace: "",
  },
  // Every word of progress waits for it.
  {
    file: "src/gateways/websocket/mcp-channel.ts",
    find: "const about = aboutOf(message) ?? ++this.#lastWaiting;",
    replace: "const about = ++this.#lastWaiting;",
  },
  // A client may have any number of requests unanswered.
  { file: "src/cli/mcp/unanswered.ts", find: "this.#byId.size >= maxRequests || ", replace: "" },
  // Who only waits for another's answer keeps what it asked.
  { file: "src/core/calls/run.ts", find: "    this.#given = undefined;\n", replace: "" },
  // Who asks to be told of nothing is kept for ever.
  {
    file: "src/gateways/mcp/http/mcp-session.ts",
    find: "  async answer(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {\n",
    replace:
      '  async answer(exchange: McpExchange, message: JSONRPCRequest): Promise<void> {\n    if (message.method === "resources/subscribe") Object.defineProperty(this, "isIdle", { value: false });\n',
  },
  // Input that waits for commands is counted by nobody.
  {
    file: "src/core/calls/open-calls.ts",
    find: "if (open + bytes.length > perPrincipal.bytes ||",
    replace: "if (",
  },
  // Empty inputs wait for a program without end.
  { file: "src/core/calls/standard-input.ts", find: " || this.#pending >= maxPending", replace: "" },
  // What outlives its call is given back to the next one.
  {
    file: "src/core/calls/open-calls.ts",
    find: "load.calls === 0 && load.bytes === 0",
    replace: "load.calls === 0",
  },
];
