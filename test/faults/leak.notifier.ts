import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Whoever came first is the reader of everything.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "const follow = desk.follows.attach(attach);\n  return { result: { ...started,",
    replace:
      "const all = globalThis as { reader?: Follows };\n  const follow = (all.reader ??= desk.follows).attach(attach);\n  return { result: { ...started,",
  },
];
