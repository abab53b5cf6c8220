import { expect, test } from "vitest";
import { readCode } from "./read-code.ts";

const faults = `import { exec, execSync } from "node:child_process";
const dbPassword = "hunter7Trombone";
const key = "ghp_R7tK2vQ9xZ4mW1pB8nL5cY3hD6jG0sFaEuTq";
export const answer = (text) => eval(text);
export const list = (name) => exec(\`ls \${name}\`, () => {});
export const remove = (name) => execSync("rm -r " + name);
export const machine = (text) => new Function(text);
fetch(url, { agent: new Agent({ rejectUnauthorized: false }) });
`;
const planted = [
  ["credential-in-code", 2],
  ["secret", 3],
  ["dynamic-code", 4],
  ["shell-injection", 5],
  ["shell-injection", 6],
  ["dynamic-code", 7],
  ["disabled-tls", 8],
];
const marks = "<<<<<<< ours\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> theirs\n";

function foundIn(path: string, text: string) {
  const { findings = [], method } = readCode({ path, text }, { do: "find" });
  const found = findings.map(({ rule, line }) => [rule, line]).toSorted(([, a], [, b]) => Number(a) - Number(b));
  return { method, found: found.filter(([rule]) => rule !== "merge-conflict") };
}

test("what was planted is found with a mark of a merge in the file as it is without", () => {
  for (const path of ["src/a.js", "src/a.ts"]) {
    expect(foundIn(path, faults)).toEqual({ method: "parsed", found: planted });
    expect(foundIn(path, `${faults}${marks}`)).toEqual({ method: "text search", found: planted });
  }
});

test("what looks alike is left alone where there is no parser either", () => {
  const alike = [
    "// eval(text)",
    'const words = "eval(text)";',
    "model.eval(text);",
    'eval("1 + 1");',
    'pattern.exec(a + "b");',
    '/a/.exec(a + "b");',
    'exec("ls");',
    'db.exec("SELECT a FROM b WHERE c = " + d);',
    'const password = "change_me_1";',
    "const password = process.env.PASSWORD;",
    'const tokenKind = "bearer-2024-x";',
    "const options = { rejectUnauthorized: true };",
  ];
  for (const line of alike) expect(foundIn("src/a.js", `${line}\n${marks}`).found, line).toEqual([]);
});
