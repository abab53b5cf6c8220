import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Whoever knows the id may follow.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: 'const view = await context.parts.operations["call.get"](request, { call });',
    replace: 'const view = { seq: params.after, phase: "running" as const };',
  },
  // The readers of a call are those of its starter.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: 'const view = await context.parts.operations["call.get"](request, { call });',
    replace:
      'const view = await context.parts.operations["call.get"](request, { call });\n  if (!context.parts.calls.hasOpen(context.caller.session as never)) throw new Fault("call.unknown", "Not yours");',
  },
  {
    file: "src/cli/follow.ts",
    find: "client.follow(id, { after, ...(",
    replace: "client.follow(id, { after: after + 1, ...(",
  },
  // A call ends with the request that was answered with its handle.
  {
    file: "src/gateways/mcp/attend.ts",
    find: "  releaseOnceWritten(asked, view.call);\n  return runningAnswer",
    replace:
      '  void asked.house.operations["call.control"](asked, { call: view.call, action: "cancel" });\n  return runningAnswer',
  },
  // A page that is asked for says nothing about what was read before it.
  {
    file: "src/gateways/http/output.ts",
    find: "  outputs.consumed(log.call, offset, asked.caller);\n",
    replace: "",
    expect: "timeout",
  },
  // What a stream of events has taken counts for nothing.
  {
    file: "src/gateways/http/output.ts",
    find: "    this.#onTaken(this.#cursor.offset);\n",
    replace: "",
    expect: "timeout",
  },
  // Nobody takes the place of a starter that has left.
  {
    file: "src/tools/exec/exec-tool.ts",
    find: "() => log.waitForAnybody()",
    replace: "() => {}",
    expect: "timeout",
  },
];
