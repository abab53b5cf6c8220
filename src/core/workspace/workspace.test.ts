import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { openLocalDisk } from "../../adapters/workspace/local/open-local-disk.ts";
import type { Disk, OpenDirectory, OpenFile } from "./disk.ts";
import { unreadable } from "./refusals.ts";
import type { Scope } from "./scope.ts";
import { Workspace } from "./workspace.ts";

const never = new AbortController().signal;
const key = "sk-proj-Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sA";
let folder: string;
let root: string;
let scope: Scope;
let disk: Disk;
let workspace: Workspace;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "exai-files-")));
  root = join(folder, "root");
  await mkdir(root);
  scope = { roots: [root], base: root };
  disk = await openLocalDisk({ roots: [folder], forbidden: [] });
  workspace = new Workspace({ disk });
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function plant(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

const refused = (code: string) => ({ code: `workspace.${code}` });

test("lines are told from the first that was asked for to the last; what is not there is refused", async () => {
  await plant({ a: "1\n2\r\n3\n4" });
  const read = async (from?: number, to?: number) => {
    const found = await workspace.read(scope, { path: "a", ...(from && { from }), ...(to && { to }) }, never);
    return [found.from, ...found.lines].join(" ");
  };
  expect(await read()).toBe("1 1 2 3 4");
  expect(await read(2, 3)).toBe("2 2 3");
  expect(await read(4, 900)).toBe("4 4");
  await expect(read(5)).rejects.toMatchObject(refused("unreadable"));
  await expect(read(3, 2)).rejects.toMatchObject(refused("unreadable"));
});

test("texts are read in their own encoding; what is none is refused as binary and can be had as bytes", async () => {
  await plant({
    marked: "\ufeffgrün\n",
    wide: Buffer.from("\ufeffgrün\n", "utf16le"),
    old: Buffer.from("grün\n", "latin1"),
    binary: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]),
    noise: Buffer.from(Array.from({ length: 400 }, (_, at) => 1 + ((at * 7) % 255))),
  });
  for (const [path, encoding] of [
    ["marked", "utf-8"],
    ["wide", "utf-16le"],
    ["old", "windows-1252"],
  ] as const)
    expect(await workspace.read(scope, { path }, never)).toMatchObject({ lines: ["grün"], encoding });
  for (const path of ["binary", "noise"])
    await expect(workspace.read(scope, { path }, never), path).rejects.toMatchObject({ message: /it is binary/ });
  expect((await workspace.readBytes(scope, { path: "binary" }, never)).content).toHaveLength(7);
});

promise("auth.paths", "a root that its token's user exchanged for a link is none any more", async () => {
  await plant({ "anna/a": "anna's", "berta/b": "berta's" });
  await symlink("berta", join(root, "link"));
  const of = (name: string): Scope => ({ roots: [join(root, name)], base: join(root, name) });
  expect(await workspace.read(of("anna"), { path: "a" }, never)).toMatchObject({ lines: ["anna's"] });
  await expect(workspace.read(of("link"), { path: "b" }, never)).rejects.toMatchObject(refused("outside"));
});

promise("leak.cross-tenant", "a scope reaches nothing of another, though both lie in the daemon's roots", async () => {
  await plant({ "anna/a": "", "berta/b": "needle" });
  await symlink("../berta", join(root, "anna/link"));
  const anna = { roots: [join(root, "anna")], base: join(root, "anna") };
  for (const path of ["../berta/b", join(root, "berta/b"), "link/b"])
    await expect(workspace.read(anna, { path }, never), path).rejects.toMatchObject(refused("outside"));
  expect(await workspace.search(anna, { pattern: "needle" }, never)).toMatchObject({ matches: [], files: 1 });
  const { entries } = await workspace.list(anna, { depth: 9 }, never);
  expect(entries).toEqual([
    { path: "a", kind: "file" },
    { path: "link", kind: "link" },
  ]);
});

test("secrets are refused by name and by what stands in a file, unless they may be replaced or kept", async () => {
  await plant({ ".env": "A=1", "prod.ENV": "A=1", ".env.example": "A=", "a.ts": `one\nconst key = "${key}";\n` });
  await symlink(".env", join(root, "harmless.txt"));
  for (const path of [".env", "prod.ENV", "harmless.txt", "a.ts"])
    await expect(workspace.read(scope, { path }, never), path).rejects.toMatchObject(refused("secret"));
  await expect(workspace.read(scope, { path: "a.ts" }, never)).rejects.toMatchObject({ facts: { line: 2 } });
  await expect(workspace.read(scope, { path: ".env", secrets: "redact" }, never)).rejects.toMatchObject(
    refused("secret"),
  );
  const lines = async (path: string, secrets: "redact" | "keep") =>
    (await workspace.read(scope, { path, secrets }, never)).lines;
  expect(await lines("a.ts", "redact")).toEqual(["one", 'const key = "[secret]";']);
  expect(await lines(".env", "keep")).toEqual(["A=1"]);
  expect(await lines(".env.example", "redact")).toEqual(["A="]);
});

promise("leak.secret", "a refused secret is not told by its refusal", async () => {
  await plant({ "a.ts": key });
  const refusal = await workspace.read(scope, { path: "a.ts" }, never).catch((fault) => fault.view());
  expect(JSON.stringify(refusal)).not.toContain(key.slice(8, 20));
});

test("a file of 2 GiB is refused by its size alone; one that grows while it is read is refused then", async () => {
  await plant({ huge: "", "grows.log": "x".repeat(1000) });
  await truncate(join(root, "huge"), 2 ** 31);
  for (const work of [
    () => workspace.read(scope, { path: "huge" }, never),
    () => workspace.readBytes(scope, { path: "huge" }, never),
    () => workspace.hash(scope, "huge", never),
  ])
    await expect(work()).rejects.toMatchObject(refused("too-large"));
  const { matches, skipped } = await workspace.search(scope, { pattern: "y" }, never);
  expect([matches, skipped.large]).toEqual([[], 1]);
  const growing: Disk = {
    way: disk.way,
    async open(...request) {
      const opened = await disk.open(...request);
      await appendFile(join(root, "grows.log"), "x".repeat(1000));
      return opened;
    },
  };
  const reading = new Workspace({ disk: growing }).read(scope, { path: "grows.log", maxBytes: 1500 }, never);
  await expect(reading).rejects.toMatchObject(refused("too-large"));
});

test("of a directory with 100,000 names the first are told, in order, and that there are more", async () => {
  mkdirSync(join(root, "many"));
  const many = (at: number) => join(root, "many", `file-${String(at).padStart(6, "0")}`);
  // A second name is made faster than a file, and no file takes more than 65,000 of them.
  for (let at = 0; at < 100_000; at += 1) {
    const first = at - (at % 50_000);
    if (at === first) writeFileSync(many(at), "");
    else linkSync(many(first), many(at));
  }
  const { entries, isCut } = await workspace.list(scope, { path: "many", maxEntries: 3 }, never);
  expect(entries.map(({ path }) => path)).toEqual(["file-000000", "file-000001", "file-000002"]);
  expect(isCut).toBe(true);
  expect(await workspace.search(scope, { pattern: "x", maxFiles: 50 }, never)).toMatchObject({
    files: 50,
    cutBy: "files",
  });
  const aborting = new AbortController();
  const listing = workspace.list(scope, { path: "many", maxEntries: 100_000 }, aborting.signal);
  aborting.abort(new Error("enough"));
  await expect(listing).rejects.toThrow("enough");
});

test("what is neither file nor directory holds nobody up", async () => {
  await plant({ "src/a.ts": "needle" });
  execFileSync("mkfifo", [join(root, "src/fifo")]);
  await symlink("/dev/zero", join(root, "src/zero"));
  await expect(workspace.read(scope, { path: "src/fifo" }, never)).rejects.toMatchObject({ message: /it is a FIFO/ });
  expect((await workspace.list(scope, { path: "src" }, never)).entries).toEqual([
    { path: "a.ts", kind: "file" },
    { path: "fifo", kind: "other" },
    { path: "zero", kind: "link" },
  ]);
  expect(await workspace.search(scope, { pattern: "needle" }, never)).toMatchObject({
    files: 1,
    matches: [{ line: 1 }],
  });
});

test("a listing leaves out what the repository ignores, also from further up, and shows it when asked", async () => {
  await plant({
    ".git/config": "",
    ".gitignore": "dist/\n*.log\n",
    "src/a.ts": "",
    "src/a.log": "",
    "src/dist/x": "",
    "src/deep/.gitignore": "!b.log\n",
    "src/deep/b.log": "",
  });
  const paths = async (request: object) =>
    (await workspace.list(scope, { depth: 9, ...request }, never)).entries.map(({ path }) => path);
  expect(await paths({})).toEqual([
    ".gitignore",
    "src",
    "src/a.ts",
    "src/deep",
    "src/deep/.gitignore",
    "src/deep/b.log",
  ]);
  expect(await paths({ path: "src" })).toEqual(["a.ts", "deep", "deep/.gitignore", "deep/b.log"]);
  expect(await paths({ path: "src", depth: 0 })).toEqual(["a.ts", "deep"]);
  expect(await paths({ path: "src", ignored: "show", match: "*.log" })).toEqual(["a.log", "deep/b.log"]);
});

test("a search tells the lines that fit, clipped, in the order of files, and what it left out", async () => {
  await plant({
    "b.ts": "one\nTwo needle\n",
    "a/a.ts": `needle ${"x".repeat(900)}`,
    "a/a.md": "needle",
    "a/x.bin": "needle\0",
    "a/.env": "needle",
  });
  const { matches, skipped, files } = await workspace.search(
    scope,
    { pattern: "needle", match: ["*.ts", ".env", "a/*.bin"] },
    never,
  );
  expect(matches.map(({ path, line, text }) => [path, line, text.length])).toEqual([
    ["a/a.ts", 1, 401],
    ["b.ts", 2, 10],
  ]);
  expect([files, skipped]).toEqual([2, { binary: 1, large: 0, secret: 1, unreadable: 0 }]);
  const find = async (request: object) =>
    (await workspace.search(scope, { pattern: "", ...request }, never)).matches.map(
      ({ path, line }) => `${path}:${line}`,
    );
  expect(await find({ pattern: "^t\\w+ n.{2}d", syntax: "regex", letters: "any-case" })).toEqual(["b.ts:2"]);
  expect(await find({ pattern: "TWO", letters: "any-case" })).toEqual(["b.ts:2"]);
  expect(await find({ pattern: "e", path: "b.ts" })).toEqual([`${root}/b.ts:1`, `${root}/b.ts:2`]);
});

test("a directory below that cannot be listed and a file that grows are passed over and counted", async () => {
  await plant({ "a.ts": "needle", "closed/b.ts": "needle", "grows.ts": "needle" });
  const troubled = new Workspace({
    disk: { way: disk.way, open: async (...request) => withTrouble(await disk.open(...request)) },
  });
  expect(await troubled.search(scope, { pattern: "needle" }, never)).toMatchObject({
    matches: [{ path: "a.ts" }],
    skipped: { unreadable: 1, large: 1 },
  });
  expect(await troubled.list(scope, { depth: 1 }, never)).toMatchObject({ unreadable: 1, isCut: false });
  await expect(troubled.list(scope, { path: "closed" }, never)).rejects.toMatchObject(refused("unreadable"));
});

/** What is there, except that `closed` cannot be listed and that `grows.ts` never ends. */
function withTrouble<T extends OpenFile | OpenDirectory | undefined>(opened: T): T {
  if (opened?.kind === "file" && opened.path.endsWith("grows.ts")) opened.read = async (into) => into.fill(120).length;
  if (opened?.kind !== "directory") return opened;
  const child = opened.child.bind(opened);
  opened.child = async (name) => withTrouble(await child(name));
  if (opened.path.endsWith("closed"))
    opened.entries = () => {
      throw unreadable(opened.path, "EACCES", "a directory that can be listed");
    };
  return opened;
}

test("a search ends with what it has at each of its bounds", async () => {
  await plant({ a: "x\nx\nx\n", b: "x\n", c: "x\n" });
  const search = async (request: object) => await workspace.search(scope, { pattern: "x", ...request }, never);
  expect(await search({ maxMatches: 2 })).toMatchObject({ cutBy: "matches", matches: [{ line: 1 }, { line: 2 }] });
  expect(await search({ maxFiles: 1 })).toMatchObject({ cutBy: "files", files: 1 });
  expect(await search({ maxBytes: 7 })).toMatchObject({ cutBy: "bytes", files: 1 });
  expect(await search({ isTimeUp: () => true })).toMatchObject({ cutBy: "time", files: 0 });
  expect((await search({})).cutBy).toBeUndefined();
  await expect(search({ pattern: "(x+)+\\1", syntax: "regex" })).rejects.toMatchObject({ code: "input.invalid" });
});

promise("leak.secret", "a search neither shows a secret nor tells by a match how it begins", async () => {
  await plant({ "a.ts": `const key = "${key}";` });
  const find = async (pattern: string) => (await workspace.search(scope, { pattern }, never)).matches;
  expect(await find("key =")).toEqual([{ path: "a.ts", line: 1, text: 'const key = "[secret]";' }]);
  expect(await find(key.slice(0, 12))).toEqual([]);
});
