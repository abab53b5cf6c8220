import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Whoever came first is the reader of everything.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "const follow = context.follows.attach(attach);\n  return { result: { ...started,",
    replace:
      "const all = globalThis as { reader?: Follows };\n  const follow = (all.reader ??= context.follows).attach(attach);\n  return { result: { ...started,",
  },
  // Whoever asked first is told of every call's progress.
  {
    file: "src/gateways/mcp/attend.ts",
    find: "await tellProgress(asked, token, events);",
    replace:
      "const first = globalThis as { token?: typeof token };\n    await tellProgress(asked, (first.token ??= token), events);",
  },
];
