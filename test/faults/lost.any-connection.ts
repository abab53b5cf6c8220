import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Whoever knows the id may follow.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: 'const view = await desk.parts.operations["call.get"](request, { call });',
    replace: 'const view = { seq: params.after, phase: "running" as const };',
  },
  // The readers of a call are those of its starter.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: 'const view = await desk.parts.operations["call.get"](request, { call });',
    replace:
      'const view = await desk.parts.operations["call.get"](request, { call });\n  if (!desk.starters.isStarter(call, desk.caller.session as never)) throw new Fault("call.unknown", "Not yours");',
  },
  {
    file: "src/cli/follow.ts",
    find: "client.follow(id, { after, ...(",
    replace: "client.follow(id, { after: after + 1, ...(",
  },
  // A call ends with the request that was answered with its handle.
  {
    file: "src/gateways/mcp/attend.ts",
    find: "  asked.house.calls.release(view.call);\n  return runningAnswer",
    replace:
      '  void asked.house.operations["call.control"](asked, { call: view.call, action: "cancel" });\n  return runningAnswer',
  },
];
