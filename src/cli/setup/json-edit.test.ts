import { expect, test } from "vitest";
import { findJson, removeJson, setJson } from "./json-edit.ts";

const path = ["mcpServers", "exai"] as const;
const entry = { command: "node", args: ["x"] };

test("a value is put in where it belongs, and everything around it stays as it is written", () => {
  const text = `// mine
{
    "theme": "dark", // keep
    "mcpServers": {
        "other": { "command": "a" } // last
        /* nothing more */
    },
    "n": 1.0,
}
`;
  const set = setJson(text, path, entry);
  expect(set).toBe(`// mine
{
    "theme": "dark", // keep
    "mcpServers": {
        "other": { "command": "a" }, // last
        /* nothing more */
        "exai": {
            "command": "node",
            "args": [
                "x"
            ]
        }
    },
    "n": 1.0,
}
`);
  expect(setJson(set, path, entry)).toBe(set);
  expect(removeJson(set, path)).toBe(text);
});

test.each([
  ["", '{\n  "mcpServers": {\n    "exai": 1\n  }\n}\n'],
  ["{}", '{\n  "mcpServers": {\n    "exai": 1\n  }\n}'],
  ['{"a":1}', '{"a":1,\n  "mcpServers": {\n    "exai": 1\n  }\n}'],
  ['{"mcpServers":{}}', '{"mcpServers":{\n  "exai": 1\n}}'],
  ['{\r\n\t"a": 1,\r\n}\r\n', '{\r\n\t"a": 1,\r\n\t"mcpServers": {\r\n\t\t"exai": 1\r\n\t}\r\n}\r\n'],
  ['\uFEFF{"mcpServers": {"exai": {"b": 2}, "z": 0}}', '\uFEFF{"mcpServers": {"exai": 1, "z": 0}}'],
])("into %j", (text, expected) => {
  const set = setJson(text, path, 1);
  expect(set).toBe(expected);
  expect(findJson(set, path)).toBe("1");
  expect(findJson(removeJson(set, path), path)).toBeUndefined();
});

test("what is taken out leaves its neighbours", () => {
  expect(removeJson('{"mcpServers": {"exai": 1, "z": 0}}', path)).toBe('{"mcpServers": {"z": 0}}');
  expect(removeJson('{"mcpServers": {"a": 0, "exai": 1}}', path)).toBe('{"mcpServers": {"a": 0}}');
  expect(removeJson('{"mcpServers": {"exai": 1}}', path)).toBe('{"mcpServers": {}}');
  const about = '{"mcpServers": {\n  "exai": 1, // ours\n  // of z\n  "z": 0}}';
  expect(removeJson(about, path)).toBe('{"mcpServers": {\n  // of z\n  "z": 0}}');
  const commas = '{\n  "mcpServers": {\n    "a": 0, // a, b\n  },\n}';
  expect(removeJson(setJson(commas, path, 1), path)).toBe('{\n  "mcpServers": {\n    "a": 0 // a, b\n  },\n}');
  const exai = '{\n  "mcpServers": {\n    "a": 0,\n    "exai": 1,\n  },\n}';
  expect(removeJson(exai, path)).toBe('{\n  "mcpServers": {\n    "a": 0,\n  },\n}');
  expect(removeJson('{"other": 1}', path)).toBe('{"other": 1}');
});

test.each([
  ['{"a": 1', "line 1: expected a comma or }"],
  ['{"a": }', "line 1: expected a value"],
  ["{\n'a': 1}", "line 2: expected a name in quotes"],
  ['{"a": 1} x', "line 1: expected the end"],
  ["[1]", "the file is no object"],
  ['{"mcpServers": []}', '"mcpServers" is no object'],
  [`{"a": ${"[".repeat(300)}`, "line 1: it nests too deep"],
])("what is no such file is told: %s", (text, why) => {
  expect(() => setJson(text, path, 1)).toThrow(why);
});
