import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/gateways/http/listener.ts",
    find: "      if (socket.bytesRead === before) socket.destroy();\n",
    replace: "",
  },
  {
    file: "src/gateways/http/listener.ts",
    find: "if (isNew && this.connections >= this.#settings.maxConnections &&",
    replace: "if (isNew && this.connections < 0 &&",
  },
  // Who was there first stays, known or not.
  {
    file: "src/gateways/http/listener.ts",
    find: "for (const [peer, { socket }] of this.#strangers)",
    replace: "for (const [peer, { socket }] of this.#known)",
  },
  // A stranger asks again and again over one connection.
  {
    file: "src/gateways/http/open-exchange.ts",
    find: "    response.shouldKeepAlive = false;\n",
    replace: "",
  },
  { file: "src/gateways/http/listener.ts", find: '    this.#server.on("clientError", refuseGarbage);\n', replace: "" },
  {
    file: "src/gateways/http/body.ts",
    find: "if (isDeeperThan(text, maxJsonDepth))",
    replace: "if (text === undefined)",
  },
  { file: "src/gateways/http/body.ts", find: "if (length <= maxBytes) {", replace: "if (length >= 0) {" },
  // A string becomes a parameter a character.
  {
    file: "src/gateways/http/body.ts",
    find: "if (!isRecord(body))",
    replace: "if (body === undefined)",
  },
  // What is wrong is said back, all of it.
  { file: "src/core/operations/decode.ts", find: ".slice(0, maxIssues)", replace: "" },
  {
    file: "src/core/operations/decode.ts",
    find: "text.length <= length ? text :",
    replace: "text.length >= 0 ? text :",
  },
  // Everything is read for a reader that takes nothing.
  {
    file: "src/gateways/http/pump.ts",
    find: 'if (text !== "") await orAborted(stream.send(text), signal);',
    replace: 'if (text !== "") void stream.send(text);',
  },
  // A frame is parsed however deep it is.
  {
    file: "src/gateways/websocket/request-frame.ts",
    find: "if (isDeeperThan(text, maxJsonDepth))",
    replace: "if (text === undefined)",
  },
  // A stranger may take its time.
  {
    file: "src/gateways/websocket/opening.ts",
    find: "const openMs = 5000;",
    replace: "const openMs = 5_000_000;",
  },
  // A flood is read as fast as it comes.
  {
    file: "src/gateways/websocket/intake.ts",
    find: "if (!this.#isPaused && load >= 1) {",
    replace: "if (!this.#isPaused && load >= 1e9) {",
  },
  // Input that nobody reads is kept without end.
  {
    file: "src/gateways/websocket/intake.ts",
    find: "if (pending >= maxInputsOfCall ||",
    replace: "if (pending >= 1e9 ||",
  },
  // Refusals are all that a flood gets.
  {
    file: "src/gateways/websocket/flood.ts",
    find: "return strikes.count > maxStrikes;",
    replace: "return strikes.count < 0;",
  },
  // A list answers as much as there is.
  { file: "src/core/store/verbs/calls.ts", find: "index === 0 || chars <= maxListChars", replace: "chars > 0" },
  // An ending is listed whole, whatever its size.
  {
    file: "src/core/store/verbs/call-row.ts",
    find: "CASE WHEN j.bytes <= ${listedChars} THEN j.entries END",
    replace: "j.entries",
  },
  // All that waits goes to the store at once.
  { file: "src/core/store/group-commit.ts", find: "index > 0 && chars > maxBatchChars", replace: "chars < 0" },
  // The store's thread answers all that it was asked at once.
  {
    file: "src/adapters/store/sqlite/writer.ts",
    find: "      if (chars > maxAnswerChars) break;\n",
    replace: "",
  },
  // What is wrong with the headers is not said.
  {
    file: "src/gateways/mcp/http/standard-headers.ts",
    find: "const headerMismatch = -32020;",
    replace: "const headerMismatch = -32602;",
  },
  // An unknown version is served.
  {
    file: "src/gateways/mcp/http/posts.ts",
    find: "if (!modernVersions.includes(version)) return",
    replace: 'if (version === "") return',
  },
  // An unknown method is no place that is not there.
  {
    file: "src/gateways/mcp/http/rpc-answer.ts",
    find: "status: 404, code: -32601",
    replace: "status: 200, code: -32601",
  },
  // A server behind the daemon sends a line without end.
  {
    file: "src/adapters/upstreams/mcp/program-transport.ts",
    find: 'if (lines === "too long") throw',
    replace: 'if (lines === "too long") return void',
  },
  // What claims to be a message and is none is passed over, and its caller waits.
  {
    file: "src/adapters/upstreams/mcp/message.ts",
    find: 'return { kind: "broken", why: "it is no JSON" };',
    replace: 'return { kind: "words" };',
  },
  // A line that is too long is not told by its id.
  { file: "src/cli/mcp/id-finder.ts", find: "this.id = value;", replace: "this.id = undefined;" },
  // A channel takes any number of requests.
  {
    file: "src/gateways/websocket/mcp-channel.ts",
    find: "if (this.#requests.size >= maxMcpRequests)",
    replace: "if (this.#requests.size > 2 * maxMcpRequests)",
  },
  // A server behind the daemon asks without end: each answer to it is one more socket.
  {
    file: "src/adapters/upstreams/mcp/guarded-fetch.ts",
    find: "if (pending >= parts.maxPending)",
    replace: "if (pending > 10 * parts.maxPending)",
  },
  // Its questions heap up.
  {
    file: "src/adapters/upstreams/mcp/connecting.ts",
    find: "if (waiting >= mostQuestions)",
    replace: "if (waiting >= 2 * mostQuestions)",
  },
  // A model's answer wants tools without end, and all of them are gone through.
  {
    file: "src/core/agents/think-turn.ts",
    find: "toolCalls: toolCalls.slice(0, mostWanted)",
    replace: "toolCalls",
  },
  // A server lists large tools without end.
  {
    file: "src/adapters/upstreams/mcp/listing.ts",
    find: " || characters > mostListedCharacters) break;",
    replace: ") break;",
  },
  // A server behind says at whose address something stands.
  {
    file: "src/core/upstreams/texts.ts",
    find: "uri: addressAt({ server, uri: isAddress(uri) ? uri : asked })",
    replace: "uri: isAddress(uri) ? uri : addressAt({ server, uri: asked })",
  },
  // Every word of a server about its resource is passed on.
  {
    file: "src/core/upstreams/resource-watch.ts",
    find: "lease.watch(uri, () => this.#news.changed(), signal)",
    replace: "lease.watch(uri, () => this.#parts.onUpdated(), signal)",
  },
  // A listening that cannot begin is never answered.
  {
    file: "src/gateways/mcp/channel-listening.ts",
    find: "      await this.#refuse(id, -32603, this.#report(error).message);\n",
    replace: "      throw error;\n",
  },
  // What stands beside a short text of a server's goes through as it came.
  {
    file: "src/gateways/mcp/prompts/server-prompt.ts",
    find: 'return { ...message, content: { type: "text", text: fits(text, tokens) ? text :',
    replace: 'if (fits(text, tokens)) return message;\n  return { ...message, content: { type: "text", text:',
  },
];
