import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/daemon/config/checks.ts",
    find: "if (host === undefined || isLoopback(host)) return [];",
    replace: 'if (host !== "0.0.0.0") return [];',
  },
  {
    file: "src/daemon/config/checks.ts",
    find: 'if (!isSet(read, "EXAI_TLS_CERT") && isBehindProxy !== true)',
    replace: "if (false)",
  },
  { file: "src/daemon/config/kinds.ts", find: "/^(?!exai_)[!-~]{16,512}$/", replace: "/^[!-~]+$/" },
  { file: "src/daemon/config/sources.ts", find: "if (!isAbsolute(home)) return { sources, faults };", replace: "" },
  {
    file: "src/core/tenants/standing.ts",
    find: 'if (token.suspended === true) return "suspended";',
    replace: "",
  },
  // An unknown id is as good as a known one.
  { file: "src/core/tenants/secrets.ts", find: "kept ?? nobody", replace: "kept ?? hashOf(secret)" },
  // What a command brings back may make tokens.
  {
    file: "src/core/tenants/grant.ts",
    find: "  if (caller.call !== undefined)\n",
    replace: "  if (caller.call === null)\n",
  },
  // A narrow token may turn a wider one into its own.
  {
    file: "src/core/tenants/administration.ts",
    find: "    checkGrant(row, caller, { role, allRoots: this.#allRoots });\n",
    replace: "",
  },
  // A token that was set once is good for ever.
  {
    file: "src/core/tenants/owner.ts",
    find: "if (ownToken !== undefined && isSecretOf(ownToken, live.hash)) return;",
    replace: "return;",
  },
  // A token without its scheme lets in.
  { file: "src/gateways/http/bearer.ts", find: "/^Bearer +(", replace: "/^(?:Bearer +)?(" },
  // A token in the address lets in.
  {
    file: "src/gateways/http/bearer.ts",
    find: 'exec(request.headers.authorization ?? "")',
    replace: 'exec(request.headers.authorization ?? "Bearer " + /token=([^&]+)/.exec(request.url ?? "")?.[1])',
  },
  // Whoever asks for MCP is served.
  {
    file: "src/gateways/http/mcp-routes.ts",
    find: '        answers: { 204: { means: "It has ended" } },\n      },\n      access: "token",\n      handle: (asked) => mcp.serve(asked),',
    replace:
      '        answers: { 204: { means: "It has ended" } },\n      },\n      access: "open",\n      handle: async ({ response }) => void response.writeHead(204).end(),',
  },
];
