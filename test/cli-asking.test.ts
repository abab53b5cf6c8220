import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandLine, exai, jsonOf, later } from "./support/command-line.ts";
import { type DaemonProcess, startDaemon } from "./support/daemon.ts";
import { VendorServer } from "./support/vendor-server.ts";

let vendor: VendorServer;
let daemon: DaemonProcess;

beforeAll(async () => {
  vendor = await VendorServer.open();
  daemon = await startDaemon({ env: { CUSTOM_API_URL: vendor.baseUrl, DEFAULT_MODEL: "custom/small-1" } });
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

const run = (argv: readonly string[], input?: string | Uint8Array) =>
  exai(argv, { env: daemon.clientEnv, ...(input !== undefined && { input }) });
const lastPrompt = () => vendor.seen.at(-1)?.prompt;

test("what is piped in goes along behind the text, in a fence that nothing in it ends", async () => {
  const { code, stderr } = await run(["chat", "is this", "right?"], "a `quote`\n```\n- gone\n```\n");
  expect(code).toBe(0);
  expect(stderr).toContain("with 25 B of standard input");
  expect(lastPrompt()).toBe("is this right?\n\nOn standard input:\n````\na `quote`\n```\n- gone\n```\n````");
  await run(["agent", "is it?"], "piped");
  expect(lastPrompt()).toBe("is it?\n\nOn standard input:\n```\npiped\n```");
  await run(["ask", "is it?", "-"], "piped");
  expect(lastPrompt()).toContain("is it?");
});

test("an empty standard input changes nothing of the text", async () => {
  expect(await run(["chat", "hello"], " \n")).toMatchObject({ code: 0, stdout: Buffer.from("echo: hello\n") });
});

test("a pipe that nobody writes to is left out after a while and told; `-` behind the text waits for it", async () => {
  await using waiting = new CommandLine(["chat", "what is it", "-"], { env: daemon.clientEnv, input: later });
  await using hurried = new CommandLine(["chat", "hello"], { env: daemon.clientEnv, input: later });
  // By now the other would have given up, too.
  const { code, stdout, stderr } = await hurried.ended();
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: "echo: hello\n" });
  expect(stderr).toContain("nothing came on standard input within 3 s, so it is left out");
  waiting.give("late");
  expect((await waiting.ended()).code).toBe(0);
  expect(lastPrompt()).toBe("what is it\n\nOn standard input:\n```\nlate\n```");
});

test("what is no text, and what is too much, is refused before anything is asked", async () => {
  const before = vendor.seen.length;
  const picture = await run(["chat", "what is it"], Uint8Array.of(0x89, 0x50, 0xff, 0xfe));
  expect(picture).toMatchObject({ code: 2, stderr: expect.stringContaining("it is no text, expected UTF-8") });
  const book = await run(["chat", "what is it"], "word ".repeat(200_001));
  expect(book).toMatchObject({ code: 2, stderr: expect.stringContaining("more than 1000000 characters") });
  expect(vendor.seen).toHaveLength(before);
});

test("what an answer took, and its thread, is told on stderr whoever reads it, and nothing of it on stdout", async () => {
  const { stdout, stderr } = await run(["chat", "hello"]);
  expect(stdout.toString()).toBe("echo: hello\n");
  expect(stderr).toMatch(/^custom\/small-1 · \d+ tokens in, \d+ out · .* · thread [0-9a-z]{26}$/m);
});

test("a thread that is not there is told with the nearest name, and is no word of the text", async () => {
  const [{ thread }] = jsonOf(await run(["chat", "begin", "--json"])).slice(-1) as [{ thread: string }];
  await run(["threads", "name", thread, "plans"]);
  const before = vendor.seen.length;
  const misspelt = await run(["chat", "--continue", "plasn", "and", "then?"]);
  expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean plans?") });
  expect(await run(["threads", "show", "plan"])).toMatchObject({
    stderr: expect.stringContaining("did you mean plans?"),
  });
  expect(vendor.seen).toHaveLength(before);
  const threadOf = async (argv: string[], input?: string) =>
    jsonOf(await run(["chat", "--json", ...argv], input)).at(-1)?.["thread"];
  expect(await threadOf(["--continue", "plans", "and then?"])).toBe(thread);
  expect(await threadOf(["--continue=plans"], "and then?")).toBe(thread);
  expect(lastPrompt()).toBe("and then?");
  const other = await threadOf(["something else"]);
  expect(await threadOf(["--continue", "and more of it?"])).toBe(other);
});

test("a word that is no command of a group is told with the nearest that is", async () => {
  const cases = [
    { argv: ["threads", "shw"], says: "Did you mean show?" },
    { argv: ["threads", "frobnicate"], says: "expected one of list, search" },
    { argv: ["tokens", "lst"], says: "Did you mean list?" },
    { argv: ["principals", "lst"], says: "Did you mean list?" },
  ];
  for (const { argv, says } of cases)
    expect(await run(argv)).toMatchObject({ code: 2, stderr: expect.stringContaining(says) });
  expect(await run(["threads", "--limit", "1", "--json"])).toMatchObject({ code: 0 });
});
