import { expect } from "vitest";
import { callsInText } from "../src/adapters/models/glm/calls-in-text.ts";
import { redaction } from "../src/adapters/models/sdk/redaction.ts";
import { TextCalls } from "../src/adapters/models/sdk/text-calls.ts";
import { citedPlaces } from "../src/core/evidence/citations.ts";
import { spellings } from "../src/core/tools/spellings.ts";
import { plainText } from "../src/core/upstreams/plain-text.ts";
import { globOf } from "../src/core/workspace/glob.ts";
import { secretsIn } from "../src/core/workspace/secrets.ts";
import { scrubber } from "../src/daemon/telemetry/scrub.ts";
import { ballotIn } from "../src/tools/consensus/ballot.ts";
import { pathsIn, symbolsIn } from "../src/tools/workflows/tracer/symbols.ts";
import { promise } from "./promise.ts";

const scrub = scrubber([]);
const hide = redaction(["abcdefghijklmnop"]);
const tools = [{ name: "x", description: "", schema: {} }];

/** As a stream brings it, a character at a time. */
function callsAsTheyCome(text: string): void {
  const calls = new TextCalls(callsInText, tools);
  for (const character of text) for (const _part of calls.take(character));
}

/** What looks through text of strangers in one turn, and the pieces that make it begin anew where it can be made to. */
const readers: readonly [name: string, read: (text: string) => unknown, pieces: readonly string[]][] = [
  ["paths of a target", pathsIn, [".", ":", "a.", "a/"]],
  ["symbols of a target", symbolsIn, [".", ")", "::", "`", "a.", "'("]],
  ["spellings of a tool", spellings, ["-exai-ws", "mcp__", "_"]],
  ["credentials in a log", scrub, ["eyJ-", "://a:", "-----BEGIN PRIVATE KEY", "exai_", "Bearer ", "a", "sk-"]],
  ["credentials in a file", secretsIn, ["eyJ-", "-----BEGIN PRIVATE KEY-----", "sk-a", "xoxb-", "a."]],
  ["words of a vendor", hide, ["abcdefghijklmno", "**", "x", "a "]],
  ["words of a server", (text) => plainText(text, 400), ["\u200b", "\n"]],
  ["places that a model cites", citedPlaces, ["a:1:", "a/b.ts:1", "a#L1-", "/.-"]],
  ["votes", ballotIn, ["{", "{}", "```json ", "``` \n", '{"a":']],
  [
    "calls in an answer",
    (text) => callsInText.read(`x${text}`, tools),
    ["<arg_key>", "<arg_key>a</arg_key>", "<arg_key>a</arg_key><arg_value>", "<arg_key>a</arg_key> "],
  ],
  ["calls as they come", callsAsTheyCome, ["<tool_call>a", "<tool_call>a</tool_call>", "<tool_", "a"]],
  ["rules of what is ignored", (text) => globOf(text.slice(0, 1000)), ["[", "[!", "*", "**/", "\\"]],
];

/** What goes over a text again for each of its characters takes many seconds of this much, and what does not a few milliseconds. */
const length = 128 * 1024;
const mostSeconds = 2;

promise("share.fair", "no text of a stranger is gone over again and again: what is read takes as long as it is", () => {
  const slow: string[] = [];
  for (const [name, read, pieces] of readers)
    for (const piece of pieces) {
      const before = process.cpuUsage();
      read(`${piece.repeat(Math.floor(length / piece.length))}!`);
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1e6 > mostSeconds) slow.push(`${name}: ${piece}`);
    }
  expect(slow).toEqual([]);
});
