import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Events that change no phase take no number.
  {
    file: "src/core/calls/state.ts",
    find: "const seq = state.seq + 1;",
    replace: "const seq = state.phase === phase ? state.seq : state.seq + 1;",
  },
  // An event is sent twice.
  {
    file: "src/gateways/http/events.ts",
    find: "text += serverSentEvent({ id: this.#id(), data: event.text });",
    replace: "text += serverSentEvent({ id: this.#id(), data: event.text }).repeat(2);",
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
];
