import type { FaultPatch } from "../red.ts";

const vendor = "src/adapters/models/sdk/sdk-model.ts";

export const patches: FaultPatch[] = [
  // The signal does not reach the model request.
  {
    file: vendor,
    find: "chatRequest({ line, request, prepared }, link.signal)",
    replace: "chatRequest({ line, request, prepared }, new AbortController().signal)",
  },
  // A retry goes on waiting after its call.
  {
    file: "src/core/models/asking.ts",
    find: "await sleep(this.#clock, waitMs, signal);",
    replace: "await sleep(this.#clock, waitMs, new AbortController().signal);",
  },
  // A reader that leaves early leaves the vendor writing.
  { file: vendor, find: '    link.abort(new Cancelled("caller"));\n', replace: "" },
  {
    file: "src/adapters/processes/supervised/supervised-process.ts",
    find: "const orphansKilled = await this.#sweep();",
    replace: "const orphansKilled = 0;",
  },
  {
    file: "src/adapters/processes/supervised/process-tree.ts",
    find: "return hasVariable(row.pid, markVariable, `${this.#mark}\\0`);",
    replace: "return false;",
  },
  {
    file: "src/adapters/processes/supervised/reap.ts",
    find: '    for (const one of marked) signalOne(one, "SIGKILL");\n',
    replace: "",
  },
  // A cancelled step leaves its expert speaking.
  {
    file: "src/core/models/within.ts",
    find: "using link = new LinkedAbort(signal);",
    replace: "using link = new LinkedAbort(new AbortController().signal);",
    expect: "timeout",
  },
  // A request of MCP that is cancelled leaves its call running.
  {
    file: "src/gateways/mcp/call-tool.ts",
    find: "  using _cancel = cancelling(asked, call);\n",
    replace: "",
    expect: "timeout",
  },
  // A cancelled task says so, and works on.
  {
    file: "src/gateways/mcp/tasks/tasks.ts",
    find: '  await asked.house.operations["call.control"](asked, { call: view.call, action: "cancel" });\n',
    replace: "",
    expect: "timeout",
  },
  // A call that ends leaves those below it running.
  {
    file: "src/core/calls/run.ts",
    find: '      this.family.cancel("caller", "the call above it has ended");\n',
    replace: "",
    expect: "timeout",
  },
  // A client that closes its exchange cancels nothing.
  {
    file: "src/gateways/mcp/http/exchanges.ts",
    find: "if (isLeft(signal)) void transport.close();",
    replace: "if (!isLeft(signal)) void transport.close();",
  },
  // A cancel does not reach the request.
  {
    file: "src/gateways/mcp/http/session-transport.ts",
    find: "this.onmessage?.({ ...message, params: { ...message.params, requestId: number } });",
    replace: "",
  },
  // A server behind the daemon is not told that nobody waits any more.
  {
    file: "src/adapters/upstreams/mcp/mcp-connection.ts",
    find: "const options: CallToolRequestOptions = {\n      signal,",
    replace: "const options: CallToolRequestOptions = {",
    expect: "timeout",
  },
  // A cancel that a cut swallowed is not said again.
  {
    file: "src/cli/mcp/conversation.ts",
    find: "if (request.cancel !== undefined) this.#sendCancel(request, request.cancel);",
    replace: "",
  },
  // What is cancelled while its call is being accepted goes on in a session.
  {
    file: "src/gateways/mcp/http/mcp-session.ts",
    find: "if (result === undefined && answering.stop.reason !== undefined) await answering.begun?.cancel();",
    replace: "",
  },
  // And outside of sessions.
  {
    file: "src/gateways/mcp/http/exchanges.ts",
    find: "    if (result === undefined && isLeft(exchange.signal)) await begun?.cancel();\n",
    replace: "",
  },
  // A task that reached nobody goes on.
  {
    file: "src/gateways/mcp/call-tool.ts",
    find: "  using _cancel = cancelling(asked, call);\n",
    replace: "  using _cancel = isTask ? undefined : cancelling(asked, call);\n",
    expect: "timeout",
  },
  // The turn of a reading that was given up is nobody's.
  {
    file: "src/core/upstreams/upstream-session.ts",
    find: "using _turn = await this.#turns.take(signal);",
    replace: "await this.#turns.take(signal);",
    expect: "timeout",
  },
];
