import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/calls/ending.ts",
    find: '"Cannot finish: an unexpected error, see the daemon\'s log"',
    replace: "String(error)",
  },
  {
    file: "src/gateways/http/http-gateway.ts",
    find: '    this.#parts.reports.bug(why, { place: "http", trace });\n',
    replace: "",
  },
  {
    file: "src/gateways/http/http-gateway.ts",
    find: "sendFault(response, fault, { trace });\n    else if",
    replace: 'sendFault(response, fault, { trace: "" });\n    else if',
  },
  {
    file: "src/daemon/telemetry/telemetry.ts",
    find: "return { name, message, stack, ...",
    replace: "return { name, message, ...",
  },
];
