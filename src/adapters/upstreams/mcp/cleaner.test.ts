import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { cleaner } from "./cleaner.ts";

test("a secret of digits in a number, or of an answer's own words, leaves it an answer that can be read", () => {
  const clean = cleaner(["12345678"]);
  const answer = { at: 1_712_345_678_901, is: true, none: null, texts: ["1712345678"] };
  expect(clean(answer)).toEqual({ ...answer, texts: ["17[secret]"] });
  expect(clean("untouched")).toBe("untouched");
});

promise("leak.secret", "a secret is taken out of texts, names and numbers, also one that came later", () => {
  const secrets = ['a"secret\nof two lines'];
  const clean = cleaner(secrets);
  secrets.push("87654321");
  const told = { text: `it was ${secrets[0]}!`, "87654321": [{ code: 87_654_321 }] };
  expect(clean(told)).toEqual({ text: "it was [secret]!", "[secret]": [{ code: "[secret]" }] });
});
