import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { daemonFile, daemonFileName } from "../src/protocol/daemon-file.ts";
import { ownEnvironment } from "./support/daemon.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
/** How this machine reaches its registry; nothing else of its environment is npm's concern here. */
const network = /^(npm_config_(registry|cache|userconfig|cafile)|(https?|no)_proxy|node_extra_ca_certs)$/i;
const reaching = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (network.test(name) && value ? [[name, value]] : [])),
);

/** Takes all that the client has, by the package's name. */
const program = `
import { CallHandle, Client, connect, Fault, OutcomeUnknown, Output, type ConnectOptions } from "exai/client";

const { EXAI_URL = "", EXAI_TOKEN: token = "" } = process.env;
const options: ConnectOptions = {
  url: EXAI_URL,
  token,
  client: { name: "by-name", version: "1" },
  socket: (at, protocols) => new WebSocket(at, protocols),
};
await using client: Client = connect(options);
const call: CallHandle = await client.start("echo", { input: { text: "by name" } });
console.log((await call.result()).result?.content);
const refusal: unknown = await client.start("none", {}, AbortSignal.timeout(60_000)).catch((error: unknown) => error);
console.log(refusal instanceof Fault && refusal.code, OutcomeUnknown.name, Output.name);
`;

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
  await using _daemon = { [Symbol.asyncDispose]: async () => void (await exai("stop", "--now")) };
  expect((await exai("call", "echo", "--input", '{"text":"hello"}')).stdout).toBe("hello\n");
  const { host, port } = daemonFile.parse(JSON.parse(await readFile(join(folder, "home", daemonFileName), "utf8")));
  const token = (await exai("token")).stdout.trim();
  await writeFile(join(folder, "ask.mts"), program);
  const asking = { cwd: folder, env: { ...env, EXAI_URL: `http://${host}:${port}`, EXAI_TOKEN: token } };
  expect((await run(process.execPath, ["ask.mts"], asking)).stdout).toBe(
    "by name\ntool.unknown OutcomeUnknown Output\n",
  );
  const types = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--types", "node"];
  const found = ["--typeRoots", join(root, "node_modules/@types")];
  await run(join(root, "node_modules/.bin/tsc"), [...types, ...found, "ask.mts"], { cwd: folder, env });
  expect((await exai("doctor")).stdout).toContain("is ready");
});
