import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/tenants/credentials.ts", find: "if (waitMs === 0)", replace: "if (waitMs >= 0)" },
  // Whoever shares the address of a guesser is locked out.
  {
    file: "src/core/tenants/credentials.ts",
    find: "if (!isGood ||",
    replace: "if (!isGood || this.#slowDown.failed(from.address) > 0 ||",
  },
  // Whoever guesses is told to wait, and need not.
  {
    file: "src/core/operations/slowed-answers.ts",
    find: "await sleep(this.#clock, refusal.retry.afterMs ?? 0, signal);",
    replace: "await sleep(this.#clock, 0, signal);",
  },
  // Everybody behind a proxy is one source.
  {
    file: "src/gateways/http/http-gateway.ts",
    find: "from: addressOf(request, this.#parts.settings.proxy)",
    replace: 'from: addressOf(request, "none")',
  },
  {
    file: "src/gateways/websocket/websocket-gateway.ts",
    find: "address: from }",
    replace: 'address: request.socket.remoteAddress ?? "" }',
  },
  { file: "src/core/tenants/slow-down.ts", find: ".slice(0, 4)", replace: "" },
];
