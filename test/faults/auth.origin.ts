import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Any name is served.
  { file: "src/gateways/http/guard.ts", find: " || !settings.hosts.has(host.toLowerCase())", replace: "" },
  // The second Host goes unseen.
  { file: "src/gateways/http/guard.ts", find: "hosts.length !== 1 || ", replace: "" },
  // The second Origin goes unseen.
  { file: "src/gateways/http/guard.ts", find: " && origins.length <= 1", replace: "" },
  // Upgrades go around the guard.
  {
    file: "src/gateways/http/http-gateway.ts",
    find: "const fault = admits(request, this.#guard) ?? (",
    replace: "const fault = undefined ?? (",
  },
  // Pages of others reach MCP.
  {
    file: "src/gateways/http/http-gateway.ts",
    find: "if (fault !== undefined) throw fault;",
    replace: 'if (fault !== undefined && !request.url?.startsWith("/mcp")) throw fault;',
  },
];
