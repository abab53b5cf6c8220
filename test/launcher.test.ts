import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";

const launcher = join(import.meta.dirname, "../bin/exai.js");
/** Stands for a machine whose own Node is too old. */
const asOldNode = `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });`;
const printsItself = `console.log(JSON.stringify({ pid: process.pid, argv: process.argv.slice(2) }));`;
const waitsForTerm = `setInterval(() => {}, 1000); process.on("SIGTERM", () => process.exit(7)); ${printsItself}`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-launcher-"));
  await cp(launcher, join(folder, "bin/exai.js"));
  await plant("package.json", `{ "type": "module" }`);
});

afterEach(() => rm(folder, { recursive: true }));

async function plant(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** What `npm ci` puts into a clone. */
async function plantNode(): Promise<void> {
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  await symlink(process.execPath, join(folder, "node_modules/.bin/node"));
}

function start(options: readonly string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const argv = [...options, join(folder, "bin/exai.js"), "call", "echo"];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  return Object.assign(child, { stdout: child.stdout });
}

async function finished(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const read = { stdout: "", stderr: "" };
  child.stdout?.on("data", (bytes) => {
    read.stdout += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    read.stderr += bytes;
  });
  const [code] = await once(child, "close");
  return { code, ...read };
}

async function firstLine(child: { stdout: NodeJS.ReadableStream }): Promise<{ pid: number; argv: string[] }> {
  const [line] = await once(createInterface(child.stdout), "line");
  return JSON.parse(line);
}

test("an installed package runs what was built", async () => {
  await plant("dist/cli/main.js", printsItself);
  const { code, stdout } = await finished(start([]));
  expect(code).toBe(0);
  expect(JSON.parse(stdout).argv).toEqual(["call", "echo"]);
});

test("a Node that is too old is refused in one sentence", async () => {
  await plant("dist/cli/main.js", printsItself);
  const { code, stdout, stderr } = await finished(start(["--import", asOldNode]));
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: "",
    stderr: "Cannot start exai: this is Node 20.1.0, expected 24 or later\n",
  });
});

test("in a clone an old Node goes on under the one that the clone brought", async () => {
  await plant("src/cli/main.ts", `${printsItself} process.exitCode = 3 satisfies number;`);
  await plantNode();
  const { code, stdout } = await finished(start(["--import", asOldNode]));
  expect(code).toBe(3);
  expect(JSON.parse(stdout).argv).toEqual(["call", "echo"]);
});

test("a signal to the old Node reaches the one that goes on", async () => {
  await plant("src/cli/main.ts", waitsForTerm);
  await plantNode();
  const child = start(["--import", asOldNode]);
  await firstLine(child);
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([7, null]);
});

test.runIf(process.platform === "linux")("killing the old Node ends the one that goes on", async () => {
  await plant("src/cli/main.ts", waitsForTerm);
  await plantNode();
  const child = start(["--import", asOldNode]);
  await firstLine(child);
  child.kill("SIGKILL");
  // Its output closes only when the last process that holds it is gone.
  expect(await once(child, "close")).toEqual([null, "SIGKILL"]);
});
