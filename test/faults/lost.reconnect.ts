import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What is gone goes unsaid.
  {
    file: "src/gateways/http/events.ts",
    find: 'return eventText({ id: this.#id(), name: "gap", data: JSON.stringify(gap) });',
    replace: 'return "";',
  },
  // A number of another history counts.
  { file: "src/gateways/http/cursor.ts", find: "return itsEpoch === epoch", replace: "return itsEpoch !== undefined" },
  { file: "src/gateways/http/events.ts", find: "after >= view.seq", replace: "after > view.seq + 1" },
  // An offset of another history goes unsaid.
  {
    file: "src/gateways/http/output.ts",
    find: 'if (this.#elsewhere === undefined) return "";',
    replace: 'if (this.#cursor.offset >= 0) return "";',
  },
  {
    file: "src/gateways/websocket/handlers.ts",
    find: "const sameEpoch = params.epoch === undefined || params.epoch === context.parts.settings.epoch;",
    replace: "const sameEpoch = params.epoch !== null;",
  },
  // A cursor beyond the head waits in silence.
  { file: "src/core/calls/journal.ts", find: "if (after > head) return {", replace: "if (after < 0) return {" },
  // Of a call that was deleted a reader waits for ever.
  { file: "src/core/calls/journal.ts", find: "if (head === 0) return", replace: "if (head < 0) return" },
  // It is told, and its place is kept.
  {
    file: "src/core/calls/journal-cursor.ts",
    find: "this.#position = this.#endsAt = this.#head = to;",
    replace: "this.#position = this.#head = to;",
  },
  // The stream breaks off where the call cannot be looked at any more.
  {
    file: "src/gateways/http/events.ts",
    find: 'if (cursor.isDeleted) return { text, state: "ended" };',
    replace: "",
  },
  // Whoever listens to its task hears nothing more.
  {
    file: "src/gateways/mcp/tasks/status-changes.ts",
    find: "    const now = await knownCall(house, request, call);",
    replace: '    const now = await house.operations["call.get"](request, { call });',
  },
  // It goes on with what was said since it came.
  {
    file: "src/core/calls/journal-cursor.ts",
    find: "if (after > view.seq) this.#loaded",
    replace: "if (after < 0) this.#loaded",
  },
  // It goes on from the head.
  {
    file: "src/core/calls/journal-cursor.ts",
    find: "this.#position = startsOver(gap) ? 0 : gap.to;",
    replace: 'this.#position = gap.reason === "lost" ? slice.head : startsOver(gap) ? 0 : gap.to;',
  },
  // A repeated start is another call.
  {
    file: "src/client/client.ts",
    find: "const params = { key: newKey(), ...request,",
    replace: "const params = { ...request,",
  },
  // A request over MCP that goes on tells again what its client has.
  {
    file: "src/gateways/mcp/resume.ts",
    find: "return await attend(asked, { call, after, token,",
    replace: "return await attend(asked, { call, after: after * 0, token,",
  },
  // A stream that was cut begins anew.
  { file: "src/gateways/mcp/http/mcp-session.ts", find: "after: seq,", replace: "after: seq * 0," },
  // The answer of a resumed stream comes under a number that its client never gave.
  {
    file: "src/gateways/mcp/http/answering.ts",
    find: "const theirs = { ...message, id: this.request }",
    replace: "const theirs = { ...message }",
  },
  // Who comes back does not take over.
  { file: "src/gateways/mcp/http/mcp-session.ts", find: "this.transport.handOver(cursor);", replace: "" },
  // A position of another history counts over MCP.
  { file: "src/gateways/mcp/http/stream-cursor.ts", find: "seq: itsEpoch === epoch ? seq : 0", replace: "seq" },
  // A silent call gives no position.
  {
    file: "src/gateways/mcp/http/answering.ts",
    find: 'if (reads === "primed" && !this.#isOver)',
    replace: 'if (reads === "json")',
  },
  // A session of an earlier start is unknown.
  {
    file: "src/gateways/mcp/http/mcp-sessions.ts",
    find: "if (said === undefined) return undefined;",
    replace: "if (said !== undefined) return undefined;",
  },
  // What is unanswered over stdio is not asked again.
  { file: "src/cli/mcp/unanswered.ts", find: "request.isSent = false;", replace: "request.isSent = true;" },
  // A new server is not told what the client began with.
  {
    file: "src/cli/mcp/standing.ts",
    find: "if (this.#initialize === undefined || version === undefined) return undefined;",
    replace: "if (this.#initialize !== undefined || version === undefined) return undefined;",
  },
  // What was asked before the cut stays open at the client.
  {
    file: "src/cli/mcp/conversation.ts",
    find: "    for (const id of this.#asked) this.#parts.say(",
    replace: "    for (const id of []) this.#parts.say(",
  },
  // What a daemon that stops refuses is the client's answer.
  { file: "src/cli/mcp/conversation.ts", find: " || isOfDraining(message)", replace: "" },
  // Of what changed while a server behind was away nobody is told.
  {
    file: "src/core/upstreams/resource-watch.ts",
    find: "      // What has changed since then nobody was told.\n      this.#isLate = true;\n",
    replace: "",
  },
];
