import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/calls/calls.ts", find: "    this.#draining = true;\n", replace: "" },
  { file: "src/core/calls/runs.ts", find: 'run.cancel("shutdown");', replace: 'run.cancel("caller");' },
  // Who waits at a stop gets no handle.
  {
    file: "src/gateways/http/execute.ts",
    find: 'if (by === "shutdown") return',
    replace: 'if (by === "limit") return',
  },
  { file: "src/daemon/main.ts", find: "onSecond: () => process.exit(1),", replace: "onSecond: () => {}," },
  // Readers are sent away before they have the ending.
  { file: "src/gateways/websocket/open-session.ts", find: "    await promise;\n", replace: "" },
  // One that reads nothing keeps the daemon.
  {
    file: "src/gateways/websocket/open-session.ts",
    find: "clock.timer(lastWordsMs, resolve)",
    replace: "clock.timer(60_000, resolve)",
  },
];
