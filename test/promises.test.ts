import { join } from "node:path";
import { expect, test } from "vitest";
import { citationsIn, runnersIn } from "../scripts/citations.ts";
import { readSources } from "../scripts/sources.ts";
import { partlyWaits, promises, waits } from "./promises.ts";

const ids = Object.keys(promises);
const waiting = Object.keys(waits);
const sources = readSources(join(import.meta.dirname, ".."), ["src", "test"]);
const citations = citationsIn(sources);
const cited = new Set(citations.map((citation) => citation.id));

/** Parts that come later; every other promise has its proof now. */
const mayWait =
  /^(run|proc)\.|^(lost\.(restart-threads|step-once)|leak\.process|share\.(engines|events-order|alive)|auth\.(repository|paths|commands))$/;

test("some test cites a promise", () => {
  expect(cited.size).toBeGreaterThan(0);
});

test("no test cites a promise that does not exist", () => {
  expect(citations.filter((citation) => !ids.includes(citation.id))).toEqual([]);
});

test("every promise has a proof, or says what it waits for", () => {
  expect(ids.filter((id) => !cited.has(id) && !waiting.includes(id))).toEqual([]);
});

test("no promise that has a proof says that it waits", () => {
  expect(waiting.filter((id) => cited.has(id))).toEqual([]);
  expect(Object.keys(partlyWaits).filter((id) => !cited.has(id))).toEqual([]);
});

test("only what comes later waits", () => {
  expect(waiting.filter((id) => !mayWait.test(id))).toEqual([]);
});

test("every citation is run by a test file", () => {
  const runnersOf = runnersIn(sources);
  expect(citations.filter((citation) => runnersOf(citation.path).length === 0)).toEqual([]);
});

test("citations are calls, not words; one call may cite several", () => {
  const text = `// promise("a.comment", …)
    promise("a.one", "title", () => {}); promise(["a.two", "a.three"], "title", () => {});`;
  const found = citationsIn([{ path: "src/a.test.ts", text }]).map((citation) => citation.id);
  expect(found).toEqual(["a.one", "a.two", "a.three"]);
});

test("a computed id is refused", () => {
  expect(() => citationsIn([{ path: "src/a.test.ts", text: `promise(id, "title", () => {});` }])).toThrow("computed");
});

test("a contract is run by the test files that import it, over other contracts too", () => {
  const files = [
    { path: "src/core/a.contract.ts", text: "" },
    { path: "src/core/b.contract.ts", text: `import "./a.contract.ts";` },
    { path: "src/adapters/b.test.ts", text: `import "../core/b.contract.ts";` },
    { path: "src/adapters/c.test.ts", text: "" },
  ];
  const runnersOf = runnersIn(files);
  expect(runnersOf("src/core/a.contract.ts")).toEqual(["src/adapters/b.test.ts"]);
  expect(runnersOf("src/adapters/c.test.ts")).toEqual(["src/adapters/c.test.ts"]);
});
