import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A client that goes while it waits is not missed.
  {
    file: "src/gateways/http/execute.ts",
    find: "  using _waiting = parts.presences.arrive({ waiter: call });\n",
    replace: "",
  },
  // A call is missed though its handle was given out.
  { file: "src/gateways/http/execute.ts", find: "  parts.presences.forget({ waiter: call });\n", replace: "" },
  // Whoever starts a call and leaves it gets no handle before its end.
  {
    file: "src/gateways/http/execute.ts",
    find: "(rest.detached === true ? 0 : defaultWaitMs)",
    replace: "defaultWaitMs",
    expect: "timeout",
  },
  // A session that is gone is not missed.
  {
    file: "src/core/calls/runs.ts",
    find: 'if (isMissed) run.cancel("caller", "its client has left");',
    replace: 'if (isMissed && run.row.session === null) run.cancel("caller", "its client has left");',
    expect: "timeout",
  },
  // A call is missed though an MCP client has its handle.
  {
    file: "src/gateways/mcp/attend.ts",
    find: "  releaseOnceWritten(asked, view.call);\n  return runningAnswer",
    replace: "  return runningAnswer",
  },
  // A call goes on by itself though its handle reached nobody.
  {
    file: "src/gateways/mcp/release.ts",
    find: "if (peer.onWritten === undefined) release();",
    replace: "if (peer.started !== undefined || peer.onWritten === undefined) release();",
  },
  // A task goes on by itself though nobody has its handle.
  {
    file: "src/gateways/mcp/start-tool.ts",
    find: '...(isTask && { onDisconnect: "cancel" }),',
    replace: '...(isTask && { onDisconnect: "keep" }),',
  },
  // That a client has a call's handle is forgotten with the daemon.
  {
    file: "src/core/calls/remembered.ts",
    find: '    if (type === "call.released") record.isReleased = true;\n',
    replace: "",
  },
];
