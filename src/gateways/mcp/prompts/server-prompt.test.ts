import { expect } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { promptTextOf } from "../../../core/upstreams/texts.ts";
import { fittedPrompt } from "./server-prompt.ts";

promise("auth.frames", "what a server puts beside a short text of a prompt is no larger than a text may be", () => {
  const big = { type: "text", text: "hi", _meta: { big: "x".repeat(5_000_000) }, more: "y".repeat(5_000_000) };
  const answer = { messages: [{ role: "user", content: big }] };
  expect(fittedPrompt(promptTextOf("notes", answer), 1000)).toEqual({
    messages: [{ role: "user", content: { type: "text", text: "hi" } }],
  });
  const small = { messages: [{ role: "user", content: { type: "text", text: "hi", _meta: { a: 1 } } }] };
  expect(fittedPrompt(promptTextOf("notes", small), 1000)).toEqual(small);
});
