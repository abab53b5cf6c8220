import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Events that change no phase take no number.
  {
    file: "src/core/fold/call-state.ts",
    find: "const seq = state.seq + 1;",
    replace: "const seq = state.phase === phase ? state.seq : state.seq + 1;",
  },
  // An event is sent twice.
  {
    file: "src/gateways/http/events.ts",
    find: "eventText({ id: this.#id(seq), data: text })",
    replace: "eventText({ id: this.#id(seq), data: text }).repeat(2)",
  },
  // The journal's numbers are not those that were answered.
  {
    file: "src/core/store/verbs/calls.ts",
    find: "const from = found.seq + 1;",
    replace: "const from = found.seq + 2;",
  },
  // With the deltas go other events.
  {
    file: "src/core/store/verbs/journal.ts",
    find: "WHERE call = $1 AND deltas = 1",
    replace: "WHERE call = $1 AND last > 1",
  },
  // A turn begins with the event that the last one ended with.
  {
    file: "src/core/calls/journal-cursor.ts",
    find: "this.#journal.peek(this.call, this.#position)",
    replace: "this.#journal.peek(this.call, Math.max(0, this.#position - 1))",
  },
  // The old cursor goes on sending until the new one stands.
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "  context.follows.drop(call);\n  const view",
    replace: "  const view",
  },
];
