import fc from "fast-check";
import { expect, test } from "vitest";
import type { Content } from "../../../core/upstreams/texts.ts";
import { pageOfContents } from "./contents-page.ts";

function* pages(all: readonly Content[], tokens: number): Generator<readonly Content[]> {
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = pageOfContents(all, { offset, tokens });
    yield page.contents;
    if (page.next !== undefined && page.next <= offset) throw new Error("the same page again");
    offset = page.next;
  }
}

const text = fc.record({ uri: fc.constantFrom("a", "b"), text: fc.string({ maxLength: 300, unit: "grapheme" }) });
const blob = fc.record({
  uri: fc.constantFrom("c", "d"),
  blob: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("base64")),
});

test("the pages of several contents come to all of them, in order", () => {
  const all = fc.array(fc.oneof(text, blob), { maxLength: 6 });
  fc.assert(
    fc.property(all, fc.integer({ min: 1, max: 200 }), (contents, tokens) => {
      const read = [...pages(contents, tokens)];
      const of = (uri: string, some: readonly Content[]) =>
        some
          .filter((each) => each.uri === uri)
          .map((each) => ("blob" in each ? each.blob : each.text))
          .join("");
      for (const uri of ["a", "b", "c", "d"]) expect(of(uri, read.flat())).toBe(of(uri, contents));
    }),
  );
});

test("a large blob is pages that decode by themselves", () => {
  const bytes = Buffer.alloc(1_200_000, "abc");
  const read = [...pages([{ uri: "x", blob: bytes.toString("base64") }], 10)].flat();
  expect(read.length).toBeGreaterThan(1);
  const parts = read.map((each) => Buffer.from("blob" in each ? each.blob : "", "base64"));
  expect(Buffer.concat(parts).equals(bytes)).toBe(true);
});
