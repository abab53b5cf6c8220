import { expect, test } from "vitest";
import { findToml, removeToml, setToml } from "./toml-edit.ts";

const path = ["mcp_servers", "exai"] as const;
const entry = { command: "node", args: ["x.js", "mcp"], env: { EXAI_HOME: "/d" } };
const block = `[mcp_servers.exai]
command = "node"
args = ["x.js", "mcp"]
env = { EXAI_HOME = "/d" }`;

const rest = `# mine
model = "o" # the best
notes = """
[mcp_servers.exai] is only text here
"""

[mcp_servers.other]
command = 'a'
args = [
  "[not a table]", # why
]
`;

test("a table is put at the end, and everything else stays as it is written", () => {
  expect(setToml(rest, path, entry)).toBe(`${rest}\n${block}\n`);
  expect(setToml("", path, entry)).toBe(`${block}\n`);
  expect(removeToml(setToml(rest, path, entry), path)).toBe(rest);
});

test("a table that is there is replaced with what is below it, in its place", () => {
  const text = `a = 1

[mcp_servers.exai] # ours
command = "old"

[mcp_servers."exai".env]
X = "1"

# about the next
[zz]
b = 2
`;
  const set = setToml(text, path, entry);
  expect(set).toBe(`a = 1\n\n${block}\n\n# about the next\n[zz]\nb = 2\n`);
  expect(setToml(set, path, entry)).toBe(set);
  expect(findToml(set, path)).toBe(block);
  expect(removeToml(set, path)).toBe("a = 1\n\n# about the next\n[zz]\nb = 2\n");
  expect(setToml("a = 1\r\n", path, { command: "n" })).toBe('a = 1\r\n\r\n[mcp_servers.exai]\r\ncommand = "n"\r\n');
});

test.each([
  ["a = ", "line 1: expected a value"],
  ["a = [1,\n2", "line 2: expected ]"],
  ['a = "x', "line 1: expected a value"],
  ["a\n", "line 1: expected ="],
  ["[a\nb = 1", "line 1: expected ]"],
  ["a = 1 b = 2", "line 1: expected the end of the line"],
  ['[mcp_servers]\nexai = { command = "x" }', "mcp_servers.exai is not written as a table of its own"],
  ['mcp_servers = { exai = { command = "x" } }', "mcp_servers.exai is not written as a table of its own"],
  ['mcp_servers.exai.command = "x"', "mcp_servers.exai is not written as a table of its own"],
  ["[mcp_servers.exai]\na = 1\n[b]\n[mcp_servers.exai.env]\n", "stands in several places"],
])("what cannot be edited is told: %j", (text, why) => {
  expect(() => setToml(text, path, entry)).toThrow(why);
});
