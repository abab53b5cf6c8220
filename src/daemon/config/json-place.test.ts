import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPlace } from "./json-place.ts";

const cases = [
  { text: '{\n  "LOG_LEVEL": "info"\n  "EXAI_WS_PORT": 1\n}', line: 3, column: 3, expected: "a comma or }" },
  { text: '{ "LOG_LEVEL": }', line: 1, column: 16, expected: "a value" },
  { text: '{ "LOG_LEVEL" "info" }', line: 1, column: 15, expected: "a colon" },
  { text: '{\n  "LOG_LEVEL": "info",\n}', line: 3, column: 1, expected: "a name in quotes" },
  { text: '{ "EXAI_ROOTS": ["/srv",] }', line: 1, column: 25, expected: "a value" },
  { text: "{ LOG_LEVEL: 1 }", line: 1, column: 3, expected: "a name in quotes" },
  { text: "// mine\n{}", line: 1, column: 1, expected: "a value" },
  { text: '{ "LOG_LEVEL": "info" } }', line: 1, column: 25, expected: "the end" },
  { text: "", line: 1, column: 1, expected: "a value" },
] as const;

test("where a text stops being JSON is told by line and column, with what belongs there", () => {
  for (const { text, ...place } of cases) expect(jsonPlace(text), text).toMatchObject(place);
});

test("what is told of the line are its brackets and the names of settings, and no value", () => {
  const excerptOf = (text: string) => jsonPlace(text)?.excerpt;
  expect(excerptOf('{ "GLM_API_KEY": "hunter2" oops, "hunter3": [1] }')).toBe('{ "GLM_API_KEY": *** ***, ***: [***] }');
  expect(excerptOf('{ "GLM_API_KEY": hunter2 }')).toBe('{ "GLM_API_KEY": *** }');
  expect(excerptOf('{ "GLM_API_KEY": "hunter2 }')).toBe('{ "GLM_API_KEY": ****** }');
});

test("exactly what the parser refuses has a place", () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "1",
    "-",
    "01",
    "1e5",
    "1.",
    "true",
    "nul",
    " ",
    "\n",
    "\t",
    "\\",
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join("")),
    fc.json(),
  );
  fc.assert(
    fc.property(text, (json) => {
      expect(jsonPlace(json) === undefined).toBe(parses(json));
    }),
    { numRuns: 2000 },
  );
});

function parses(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
