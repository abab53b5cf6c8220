import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/core/tenants/secrets.ts",
    find: 'return timingSafeEqual(hash("sha256", secret, "buffer"), Buffer.from(kept ?? nobody, "hex"));',
    replace: "return hashOf(secret) === (kept ?? nobody);",
  },
  {
    file: "src/core/tenants/credentials.ts",
    find: "const isGood = isSecretOf(",
    replace: "const isGood = row !== undefined && isSecretOf(",
  },
  { file: "src/core/tenants/tickets.ts", find: "putTicket({ hash, token", replace: "putTicket({ hash: text, token" },
];
