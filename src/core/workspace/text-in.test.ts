import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { AgentBench } from "../../../test/support/agent-bench.ts";
import { secretsIn } from "./secrets.ts";
import { textIn } from "./text-in.ts";

const key = "sk-proj-Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sA";
const never = new AbortController().signal;
const mostRounds = 300;

promise("share.fair", "while a large file is looked through for secrets, what others start is answered", async () => {
  await using bench = await AgentBench.open();
  const content = Buffer.from("one word after another\n".repeat(25_000));
  let answered = false;
  const echo = bench.talk.call(bench.talk.someone("ada"), { tool: "echo", input: { text: "here" } }).then((view) => {
    answered = true;
    return view;
  });
  let rounds = 0;
  for (; !answered && rounds < mostRounds; rounds++) await textIn(content, { path: "x", secrets: "redact" }, never);
  expect(await echo).toMatchObject({ phase: "succeeded" });
  expect(rounds).toBeLessThan(mostRounds);
});

promise("leak.secret", "a credential is replaced wherever it lies, also where a large text is divided", async () => {
  const filler = "a".repeat(99);
  for (const divided of [" ", "\n", "-"]) {
    const text = `${`${filler}${divided}`.repeat(2621)}${filler.slice(0, 40)} ${key} ${filler}\n`;
    for (let shift = 0; shift < 60; shift += 7) {
      const moved = `${"b".repeat(shift)} ${text}`;
      const { lines } = await textIn(Buffer.from(moved), { path: "x", secrets: "redact" }, never);
      expect(lines.join("\n")).toBe(moved.trimEnd().replace(key, "[secret]"));
    }
  }
});

test("secrets are told in their order, a private key over lines among them", () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n".repeat(9)}-----END PRIVATE KEY-----`;
  const found = secretsIn(`${key}\n${pem}\n${"filler ".repeat(60_000)}\n${key}\n`);
  expect(found.map(({ what }) => what)).toEqual([
    "a key of a model provider",
    "a private key",
    "a key of a model provider",
  ]);
});

test("an abort ends it between two pieces", async () => {
  const stop = new AbortController();
  const content = Buffer.from("one word after another\n".repeat(25_000));
  const reading = textIn(content, { path: "x", secrets: "redact" }, stop.signal);
  stop.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
});
