import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What is gone goes unsaid.
  {
    file: "src/gateways/http/events.ts",
    find: 'text += serverSentEvent({ id: this.#id(), name: "gap"',
    replace: 'serverSentEvent({ id: this.#id(), name: "gap"',
  },
  // A number of another history counts.
  { file: "src/gateways/http/cursor.ts", find: "return itsEpoch === epoch", replace: "return itsEpoch !== undefined" },
  { file: "src/gateways/http/events.ts", find: "cursor.at >= view.seq", replace: "cursor.at > view.seq + 1" },
  // An offset of another history goes unsaid.
  {
    file: "src/gateways/http/output.ts",
    find: 'if (this.#elsewhere === undefined) return "";',
    replace: 'if (this.#cursor.offset >= 0) return "";',
  },
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "const sameEpoch = params.epoch === undefined || params.epoch === desk.parts.settings.epoch;",
    replace: "const sameEpoch = params.epoch !== null;",
  },
  // A cursor beyond the head waits in silence.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "if (params.after > (sameEpoch ? view.seq : 0))",
    replace: "if (!sameEpoch && params.after > 0)",
  },
  // A repeated start is another call.
  {
    file: "src/client/client.ts",
    find: "const params = { key: newKey(), ...request,",
    replace: "const params = { ...request,",
  },
];
