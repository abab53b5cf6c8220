import fc from "fast-check";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { scrubber } from "./scrub.ts";

const scrub = scrubber([]);

/** Shapes as vendors make them, from parts, so that no scanner takes them for real ones. */
const credentials: Record<string, string> = {
  "a token of ours": `exai_${"k3j2h1"}_${"Zm9vYmFyYmF6".repeat(2)}`,
  "an id of a token alone": `exai_${"k3j2h1g0"}`,
  "a chat key": `sk-${"proj-"}${"a1B2".repeat(8)}`,
  "a Google key": `AIza${"Sy0a-B_c".repeat(4)}`,
  "a Z.ai key": `${"0123456789abcdef".repeat(2)}.${"AbCdEfGh12345678"}`,
  "a GitHub token": `ghp_${"x1Y2".repeat(9)}`,
  ...Object.fromEntries(
    ["rk-", "pk-", "github_pat_", "glpat-", "xoxb-", "xai-", "gsk_", "hf_", "npm_"].map((begins) => [
      `what begins with ${begins}`,
      `${begins}${"x1Y2".repeat(6)}`,
    ]),
  ),
  "an AWS key": `AKIA${"ABCDEFGH12345678"}`,
  "a JWT": `eyJ${"hbGciOiJI"}.eyJ${"zdWIiOiIx"}.${"c2lnbmF0dXJl"}`,
};

promise("leak.secret", "no credential of a known shape stays in a text, whole or in part", () => {
  for (const [what, secret] of Object.entries(credentials))
    for (const text of [secret, `for ${secret}, then`, JSON.stringify({ at: `a ${secret} b` }), `?key=${secret}&x=1`]) {
      const clean = scrub(text);
      for (const part of secret.split(/[_.-]/).filter(({ length }) => length >= 8))
        expect([what, clean.includes(part)]).toEqual([what, false]);
    }
});

promise("leak.secret", "what stands in the place of a credential goes, whatever it looks like", () => {
  expect(scrub("Authorization: Bearer hunter2-hunter2")).toBe("Authorization: Bearer [secret]");
  expect(scrub('{"authorization":"Basic YWRhOmh1bnRlcjI=","a":1}')).toBe('{"authorization":"[secret]","a":1}');
  expect(scrub('{"apiKey":"say \\"hunter2\\"","b":2}')).toBe('{"apiKey":"[secret]","b":2}');
  expect(scrub("postgres://ada:hunter2@db/exai")).toBe("postgres://ada:[secret]@db/exai");
  expect(scrub("KIMI_API_KEY=hunter2 next")).toBe("KIMI_API_KEY=[secret] next");
  const pem = "-----BEGIN PRIVATE KEY-----\\nMIIhunter2\\n-----END PRIVATE KEY-----";
  expect(scrub(JSON.stringify({ pem }))).not.toContain("hunter2");
});

promise("leak.secret", "a secret of the settings goes in every spelling, also where it has no shape at all", () => {
  const secret = 'pass "word" /1\\2';
  const clean = scrubber([secret, "short"]);
  expect(clean(`raw ${secret}`)).toBe("raw [secret]");
  expect(clean(JSON.stringify({ secret }))).toBe('{"secret":"[secret]"}');
  expect(clean(`?q=${encodeURIComponent(secret)}`)).toBe("?q=[secret]");
  expect(clean("a short word stays")).toBe("a short word stays");
});

promise("leak.secret", "no text can forge another line or move a terminal's cursor", () => {
  const forged = `a\nb\r\u001b[2Jc\u0085\u2028\u202ed\u009b1m`;
  expect(scrub(`${forged}\n`)).toBe("a\\u000ab\\u000d\\u001b[2Jc\\u0085\\u2028\\u202ed\\u009b1m\n");
});

test("a line of JSON stays one, and ordinary words stay as they are", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: "binary" }),
      fc.constantFrom(...Object.values(credentials)),
      (value, secret) => {
        const line = JSON.stringify({ value, secret, nested: { text: `x ${secret} "y" \\ ${secret}` } });
        expect(() => JSON.parse(scrub(line))).not.toThrow();
      },
    ),
  );
  const plain =
    '{"level":"info","time":"2026-01-01T00:00:00.000Z","call":"01jg","tool":"echo","wallMs":1.5,"msg":"call ended"}\n';
  expect(scrub(plain)).toBe(plain);
});
