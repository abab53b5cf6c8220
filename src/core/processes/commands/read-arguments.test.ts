import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { type ArgumentRules, namedCommand } from "./command.ts";
import { readArguments } from "./read-arguments.ts";

function rules(given: object): ArgumentRules {
  const { arguments: own } = namedCommand.parse({ id: "x", program: "x", arguments: given });
  if (own === undefined) throw new Error("no rules");
  return own;
}

const search = rules({
  first: ["--ours"],
  flags: {
    "-i": "none",
    "-n": "none",
    "-C": "number",
    "-#": "none",
    "--context": "number",
    "--include": "text",
    "--file": "path",
    "--color": { optional: { oneOf: ["always", "never"] } },
  },
  operands: [
    { kind: "text", min: 1 },
    { kind: "path", max: 3 },
  ],
});
const read = (given: string[], by = search) => readArguments("search", by, given);

test("ours come first, then flags, then what is no flag behind a separator", () => {
  expect(read(["-i", "needle", "a", "-n", "b"])).toEqual({
    argv: ["--ours", "-i", "-n", "--", "needle", "a", "b"],
    paths: ["a", "b"],
  });
});

test("a value stands behind its flag, in the same word, or behind a sign of equality", () => {
  for (const [given, argv] of [
    [
      ["--context", "3"],
      ["--context", "3"],
    ],
    [["--context=3"], ["--context=3"]],
    [
      ["-C", "3"],
      ["-C", "3"],
    ],
    [["-C3"], ["-C3"]],
    [
      ["-inC", "-3"],
      ["-inC", "-3"],
    ],
    [["-12"], ["-12"]],
    [["--color"], ["--color"]],
    [["--color=never"], ["--color=never"]],
    [
      ["--include", "--file"],
      ["--include", "--file"],
    ],
  ] as const)
    expect(read([...given, "needle"]).argv).toEqual(["--ours", ...argv, "--", "needle"]);
});

promise("auth.commands", "what the rules of a command do not name never reaches its program", () => {
  for (const given of [
    ["--exec", "x", "needle"],
    ["--exec=x", "needle"],
    // Programs take the beginning of a flag for the flag.
    ["--includ=x", "needle"],
    ["--conte", "3", "needle"],
    ["-ix", "needle"],
    ["-Cx", "needle"],
    ["-C", "needle"],
    ["--context=3;id", "needle"],
    ["--color=ever", "needle"],
    ["-i=1", "needle"],
    ["needle", "--file=-x"],
    ["needle", "--file", "-x"],
    ["needle", "--", "-x"],
    ["needle", ""],
    ["needle", "a\0b"],
    ["needle", "a", "b", "c", "d"],
    ["-C"],
    [],
    ["__proto__", "--__proto__"],
    ["needle", "--constructor"],
  ])
    expect(() => read(given), given.join(" ")).toThrow(expect.objectContaining({ code: "process.refused" }));
});

promise("auth.commands", "every path among the arguments is told, wherever it stands", () => {
  expect(read(["--file", "../x", "needle", "/etc/passwd"]).paths).toEqual(["../x", "/etc/passwd"]);
  expect(read(["--file=/x", "needle", "-"]).paths).toEqual(["/x"]);
});

describe("separators", () => {
  const kept = rules({
    flags: { "--stat": "none" },
    operands: [{ kind: { match: "[a-z]+" }, max: 2 }],
    behind: [{ kind: "path", max: 2 }],
    separator: "kept",
  });
  const never = rules({
    flags: { "-name": "text", "!": "none" },
    operands: [{ kind: "path", max: 2 }],
    separator: "never",
  });

  test("one that is kept tells what stands before it from the paths behind it", () => {
    expect(read(["main", "--stat", "--", "src", "test"], kept)).toEqual({
      argv: ["--stat", "main", "--", "src", "test"],
      paths: ["src", "test"],
    });
    expect(read(["main"], kept).argv).toEqual(["main"]);
    expect(() => read(["../x"], kept)).toThrow("expected what [a-z]+ matches");
  });

  test("where there is none the order is kept as it was given", () => {
    expect(read([".", "!", "-name", "-x"], never)).toEqual({ argv: [".", "!", "-name", "-x"], paths: ["."] });
    expect(() => read(["--", "."], never)).toThrow("not among the flags");
  });
});

test("a refusal names the argument and what is near it", () => {
  expect(() => read(["--contxt", "needle"])).toThrow(
    'Cannot run search with "--contxt": it is not among the flags that callers may give, expected one of --context',
  );
});

test("where the rules say so, anything goes through as it is", () => {
  expect(read(["-e", "--", "x"], rules({ first: ["run"], rest: true })).argv).toEqual(["run", "-e", "--", "x"]);
});
