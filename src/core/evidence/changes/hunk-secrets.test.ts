import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { GatheredChanges } from "./gathered-changes.ts";
import { withoutHunkSecrets } from "./hunk-secrets.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** As a cloud gives them, each another. */
const keyOf = (index: number) =>
  `AKIA${Array.from({ length: 16 }, (_, at) => letters[(index * 7 + at * 5 + (index >> at)) % 32]).join("")}`;
const keys = (count: number) => Array.from({ length: count }, (_, index) => keyOf(index));
const pem = [
  "-----BEGIN PRIVATE KEY-----",
  `MIIEvQ ${keyOf(3)} x`,
  "QIBADANBgkqhkiG9w0BAQEF",
  "-----END PRIVATE KEY-----",
];

promise("leak.secret", "every credential goes out of a hunk, whatever lines it lies on, and its line is told", () => {
  const lines = [
    ` a ${keyOf(1)} b ${keyOf(1)}`,
    `-${keyOf(2)}`,
    "\\ No newline",
    ...pem.map((line) => `+${line}`),
    ` ${keyOf(4)}`,
  ];
  const { hunk, secrets } = withoutHunkSecrets({ was: 10, now: 20, lines });
  expect(hunk.lines.join("\n")).not.toMatch(/AKIA|MIIE|QIBA/);
  expect(hunk.lines.slice(0, 3)).toEqual([" a [secret] b [secret]", "-[secret]", "\\ No newline"]);
  expect(hunk.lines.at(-1)).toBe(" [secret]");
  expect(secrets.map(({ line, change }) => `${line} ${change}`)).toEqual([
    "20 kept",
    "20 kept",
    "11 removed",
    "21 brought",
    "22 brought",
    "25 kept",
  ]);
});

/** The same text, counting how often it is looked at. */
class CountedText extends String {
  looks = 0;

  override slice(from?: number, to?: number): string {
    this.looks += 1;
    return super.slice(from, to);
  }

  override toString(): string {
    this.looks += 1;
    return super.toString();
  }
}

promise("share.fair", "each line of a hunk is looked at as often as it has credentials, not as the hunk has", () => {
  const counted = keys(1000).map((key) => new CountedText(`+${key}`));
  const { secrets } = withoutHunkSecrets({ was: 0, now: 1, lines: counted as unknown as string[] });
  expect(secrets).toHaveLength(1000);
  expect(secrets.at(-1)).toMatchObject({ line: 1000, change: "brought" });
  expect(Math.max(...counted.map(({ looks }) => looks))).toBeLessThan(5);
});

test("many credentials in one line go out in one pass", () => {
  const { hunk, secrets } = withoutHunkSecrets({ was: 0, now: 1, lines: [`+${keys(20_000).join(" ")}`] });
  expect(secrets).toHaveLength(20_000);
  expect(hunk.lines).toEqual([`+${Array(20_000).fill("[secret]").join(" ")}`]);
});

test("of more credentials in a hunk than are told the rest is told as such", () => {
  const told = new GatheredChanges("/r");
  const patch = [
    "diff --git a/k.txt b/k.txt",
    "new file mode 100644",
    "--- /dev/null",
    "+++ b/k.txt",
    "@@ -0,0 +1,700 @@",
    ...keys(700).map((key) => `+${key}`),
    "",
  ].join("\n");
  const zero = "0".repeat(40);
  const raw = `:000000 100644 ${zero} ${"1".repeat(40)} A\0k.txt\0\0`;
  told.diff("staged", { out: new TextEncoder().encode(raw + patch), code: 0, complaint: "" });
  const { secrets, omitted, files } = told.all();
  expect(files[0]?.hunks[0]?.lines[0]).toBe("+[secret]");
  expect(secrets).toHaveLength(500);
  expect(omitted).toEqual([{ path: "k.txt", why: expect.stringContaining("200 credentials more") }]);
});
