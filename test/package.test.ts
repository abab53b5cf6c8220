import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownEnvironment } from "./support/daemon.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
/** How this machine reaches its registry; nothing else of its environment is npm's concern here. */
const network = /^(npm_config_(registry|cache|userconfig|cafile)|(https?|no)_proxy|node_extra_ca_certs)$/i;
const reaching = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (network.test(name) && value ? [[name, value]] : [])),
);

test("what is published installs into an empty folder and makes a call there, without the sources", {
  timeout: 600_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "exai-package-"));
  const env = { ...reaching, ...ownEnvironment(), EXAI_HOME: join(folder, "home"), EXAI_WS_PORT: "0" };
  const npm = (...argv: string[]) =>
    run("npm", [...argv, "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder, env });
  const exai = (...argv: string[]) =>
    run(process.execPath, [join(folder, "node_modules/.bin/exai"), ...argv], { cwd: folder, env });
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }) };
  await run("npm", ["pack", "--pack-destination", folder], { cwd: root, env });
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await npm("install", join(folder, tarball), "--omit=dev");
  expect(await readdir(join(folder, "node_modules/exai"))).not.toContain("src");
  const asked = `import("exai/client").then(({ connect }) => console.log(typeof connect))`;
  expect((await run(process.execPath, ["-e", asked], { cwd: folder, env })).stdout).toBe("function\n");
  await using _daemon = { [Symbol.asyncDispose]: async () => void (await exai("stop", "--now")) };
  expect((await exai("call", "echo", "--input", '{"text":"hello"}')).stdout).toBe("hello\n");
  expect((await exai("doctor")).stdout).toContain("is ready");
});
