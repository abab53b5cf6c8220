import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { redaction } from "./redaction.ts";

promise("leak.secret", "no six characters of a key survive in a vendor's sentence, wherever it quotes them", () => {
  const key = fc.stringMatching(/^[A-Za-z0-9_-]{8,60}$/);
  fc.assert(
    fc.property(key, fc.string(), fc.string(), fc.nat(), fc.nat(), (secret, before, after, from, length) => {
      const start = from % (secret.length - 6);
      const quoted = secret.slice(start, start + 6 + (length % secret.length));
      const shown = redaction([secret])(`${before}${quoted}${after}`);
      for (let at = 0; at + 6 <= quoted.length; at++) expect(shown).not.toContain(quoted.slice(at, at + 6));
    }),
    { includeErrorInReport: true },
  );
});

test("a key that the vendor masked itself is hidden as well, and the rest of the sentence stays", () => {
  const hide = redaction(["sk-proj-abcdefghij"]);
  expect(hide("Incorrect API key provided: sk-proj-****ghij. See the docs.")).toBe(
    "Incorrect API key provided: [hidden] See the docs.",
  );
});
