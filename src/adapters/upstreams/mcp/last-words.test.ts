import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { LastWords } from "./last-words.ts";

function bestOf(text: string): string {
  const words = new LastWords();
  for (const line of text.split("\n")) words.add(line);
  return words.best;
}

/** What a program of Node writes when it dies of this. */
async function crashOf(code: string): Promise<string> {
  return await new Promise((resolve) =>
    execFile(process.execPath, ["--input-type=module", "-e", code], (_error, _stdout, stderr) => resolve(stderr)),
  );
}

test("of what Node writes of a crash the error is told, and neither the line of code nor Node's version", async () => {
  const missing = await crashOf('import "no-such-package-at-all";');
  expect(missing).toMatch(/Node\.js v/);
  expect(bestOf(missing)).toMatch(/^Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find package 'no-such-package-at-all'/);
  const thrown = await crashOf(
    'console.error("starting"); throw new TypeError("no database", { cause: new Error("x") });',
  );
  expect(bestOf(thrown)).toBe("TypeError: no database");
  expect(bestOf(await crashOf('class NoKey extends Error {}; throw new NoKey("no key");'))).toBe(
    "NoKey [Error]: no key",
  );
});

/** As Python 3.12 wrote it. */
const traceback = `Traceback (most recent call last):
  File "/srv/server.py", line 5, in main
    {}['url']
    ~~^^^^^^^
KeyError: 'url'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/server.py", line 8, in <module>
    main()
RuntimeError: no database at $DB_URL
`;

test.each([
  [traceback, "RuntimeError: no database at $DB_URL"],
  [
    "Traceback (most recent call last):\n  File x\nmcp.shared.exceptions.McpError: closed\n",
    "mcp.shared.exceptions.McpError: closed",
  ],
  ["npm error code E404\nnpm error 404 Not Found\nnpm notice done\n", "npm error code E404"],
  [
    "thread 'main' panicked at src/main.rs:3:5:\nno key\nnote: run with RUST_BACKTRACE=1\n",
    "thread 'main' panicked at src/main.rs:3:5:",
  ],
  ["2026/11/22 10:00:00 fatal: no config\nexit\n", "2026/11/22 10:00:00 fatal: no config"],
  ["ready without errors\n  \nusage: server DIR\n\n", "usage: server DIR"],
  ["", ""],
  [`Error: ${"x".repeat(1000)}`, `Error: ${"x".repeat(293)}`],
])("the line that tells why is told, else the last one that says something: %j", (text, best) => {
  expect(bestOf(text)).toBe(best);
});
