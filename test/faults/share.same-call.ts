import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/acceptance.ts", find: "hashOf([tool, input, wanted, budget])", replace: "hashOf([tool])" },
  {
    file: "src/core/calls/acceptance.ts",
    find: "  if (!work.idempotent || caller.call",
    replace: "  if (work.idempotent || caller.call",
  },
  // A start that is repeated after a cut is refused as a new one.
  {
    file: "src/core/operations/call-operations.ts",
    find: "if (key === undefined || !(await calls.isStarted(caller, key))) throw refusal;",
    replace: "throw refusal;",
  },
  // The requests of two shims have the same keys.
  {
    file: "src/gateways/websocket/mcp-channel.ts",
    find: "`mcp\\n${this.#shim}\\n${nth}`",
    replace: "`mcp\\n${nth}`",
  },
  // The call that a request starts once it is cancelled is another one.
  { file: "src/gateways/websocket/mcp-channel.ts", find: " ?? this.#cancelled.get(request);", replace: ";" },
];
