import assert from "node:assert/strict";
import { connect } from "../src/client/client.ts";

// Needs a daemon: EXAI_URL is its address, EXAI_TOKEN a token of it. With the package it is `from "exai/client"`.
const { EXAI_URL = "http://127.0.0.1:8079", EXAI_TOKEN = "" } = process.env;
await using client = connect({
  url: EXAI_URL,
  token: EXAI_TOKEN,
  client: { name: "first", version: "1" },
  socket: (at, protocols) => new WebSocket(at, protocols),
});

const input = { text: "hello", delayMs: 500 };
const call = await client.start("echo", { input, follow: true }, AbortSignal.timeout(30_000));
for await (const event of call.events) console.log("type" in event ? `${event.seq} ${event.type}` : "gap");
const { phase, result } = await call.result();
console.log(phase, result?.content);
assert.deepEqual([phase, result?.content], ["succeeded", "hello"]);
