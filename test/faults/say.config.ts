import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/daemon/config/load-settings.ts",
    find: "const wrong = [...faults, ...read.faults, ...checkTogether(read)];",
    replace: "const wrong = [...faults, ...read.faults, ...checkTogether(read)].slice(0, 1);",
  },
  { file: "src/daemon/config/load-settings.ts", find: "...tellNames(sources), ", replace: "" },
  { file: "src/daemon/config/names.ts", find: "{ most: 1, share: slip }", replace: "{ most: 0, share: slip }" },
  {
    file: "src/gateways/http/listener.ts",
    find: 'EADDRINUSE: ["EXAI_WS_PORT"',
    replace: 'EADDRINUSE: ["EXAI_WS_HOST"',
  },
];
