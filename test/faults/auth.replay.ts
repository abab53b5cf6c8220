import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/core/tenants/resume-secrets.ts", find: 'if (event.shown === "neither") return undefined;', replace: "" },
  // A cut answer locks the client out.
  {
    file: "src/core/tenants/resume-secrets.ts",
    find: 'event.shown === "current" ? now.secretHash : now.previousHash',
    replace: "now.secretHash",
  },
  {
    file: "src/core/tenants/sessions.ts",
    find: "await this.#store.confirmSession({ session, ...this.#seen() });",
    replace: "",
  },
  {
    file: "src/core/tenants/sessions.ts",
    find: "row.expiresAt <= this.#clock.wallMs()) throw",
    replace: "row.expiresAt <= 0) throw",
  },
  {
    file: "src/core/tenants/replays.ts",
    find: "if (this.#byThing.failed(replay.of) === 0)",
    replace: "if (this.#byThing.failed(replay.of) < 0)",
  },
  {
    file: "src/core/tenants/tickets.ts",
    find: "this.#clock.wallMs() + ttlMs",
    replace: "this.#clock.wallMs() + 2 * ttlMs",
  },
];
