import { expect, test } from "vitest";
import { EvidenceBench } from "../../../test/support/evidence-bench.ts";
import { citedPlaces } from "./citations.ts";

const signal = new AbortController().signal;

test("places are found in any words around them, and what only looks like one is none", () => {
  const text =
    "see `src/a.ts:10-20`, (lib/b.py:3) or a.ts:5:3; src/a.rb#L4-L9, ./x/y.go:1. Makefile:2, /abs/z.c:12–14, a.ts:5. " +
    "Not http://x.org/a.js:80, 10:30, localhost:8080, node:fs:3, 1.5:2, C#L3, v:1 nor user@host.org:22:x";
  expect(citedPlaces(text).map(({ path, from, to }) => `${path} ${from} ${to}`)).toEqual([
    "src/a.ts 10 20",
    "lib/b.py 3 3",
    "a.ts 5 5",
    "src/a.rb 4 9",
    "./x/y.go 1 1",
    "Makefile 2 2",
    "/abs/z.c 12 14",
  ]);
});

test("no text makes the search for places take long", () => {
  for (const text of [
    "a/".repeat(500_000),
    "a.".repeat(500_000),
    `${"a-".repeat(500_000)}:1`,
    "a.b:1 - ".repeat(120_000),
  ])
    expect(citedPlaces(text).length).toBeLessThan(2);
});

test("each place is quoted as it is now, or says why it is not verified", async () => {
  await using bench = await EvidenceBench.open();
  await bench.write("src/a.ts", "one\ntwo\nthree\n");
  await bench.write("src/key.ts", 'a\nconst key = "sk-proj-Vq3nT8xR1mB6kW9pZ4yL7cF2hD5jG0sE";\n');
  await bench.write("b.bin.ts", new Uint8Array([0, 1]));
  await bench.write("long.ts", `${"x".repeat(5000)}\n`.repeat(100));
  const carried = new Map([["sent.ts", new TextEncoder().encode("sent\n")]]);
  const who = { ...bench.who, files: carried };
  const text =
    "src/a.ts:2-3 src/a.ts:4 src/a.ts:3-2 none.ts:1 ../up.ts:1 .env.ts:1 src/key.ts:2 b.bin.ts:1 sent.ts:1 long.ts:1-100 id_rsa.pem:1";
  const cited = await bench.evidence.cite(who, text, signal);
  expect(cited.map((each) => ("quote" in each ? each.quote.slice(0, 40) : each.unverified))).toEqual([
    "two\nthree",
    "the file has 3 lines",
    "3-2 are no lines",
    expect.stringContaining("nothing of that name"),
    expect.stringContaining("outside"),
    expect.stringContaining("nothing of that name"),
    'const key = "[secret]";',
    expect.stringContaining("binary"),
    "sent",
    "x".repeat(40),
    expect.stringContaining("nothing of that name"),
  ]);
  expect(cited.every((each) => !("quote" in each) || each.quote.length <= 2001)).toBe(true);
  expect(cited[0]).toMatchObject({ sha256: expect.stringMatching(/^[\da-f]{64}$/) });
});

test("of more places than are verified the rest is told as such", async () => {
  await using bench = await EvidenceBench.open();
  await bench.write("a.ts", "a\n".repeat(300));
  const text = Array.from({ length: 150 }, (_, index) => `a.ts:${index + 1}`).join(" ");
  const cited = await bench.evidence.cite(bench.who, text, signal);
  expect(cited).toHaveLength(150);
  expect(cited.filter((each) => "unverified" in each)).toHaveLength(50);
});

test("of cited files 16 MiB are read, however often one is named anew, and the rest is told as such", async () => {
  await using bench = await EvidenceBench.open();
  await bench.write("large.ts", `${"x".repeat(99)}\n`.repeat(35_000));
  const text = Array.from({ length: 8 }, (_, index) => `${"./".repeat(index)}large.ts:1`).join(" ");
  const cited = await bench.evidence.cite(bench.who, text, signal);
  expect(cited.map((each) => "quote" in each)).toEqual([true, true, true, true, true, false, false, false]);
  expect(cited.at(-1)).toMatchObject({ unverified: expect.stringContaining("only 16777216 bytes") });
});
