import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What has arrived is told as consumed.
  {
    file: "src/client/followed.ts",
    find: "for (const reader of this.#readers) reader.push(event, bytes);",
    replace: "for (const reader of this.#readers) reader.push(event, bytes);\n    this.#ackNow(event.seq);",
  },
  // More is on its way than was acknowledged.
  {
    file: "src/gateways/websocket/event-window.ts",
    find: "const events = maxUnackedEvents - (window.sent - window.acked);",
    replace: "const events = maxUnackedEvents;",
  },
  {
    file: "src/gateways/websocket/stream-window.ts",
    find: "const credit = window.acked + size - window.offset;",
    replace: "const credit = size;",
  },
];
