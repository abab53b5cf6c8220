import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { promise } from "./promise.ts";
import { exai, jsonOf } from "./support/command-line.ts";
import { type DaemonProcess, startDaemon } from "./support/daemon.ts";

const launcher = join(import.meta.dirname, "../bin/exai.js");

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startDaemon();
});

afterAll(() => daemon[Symbol.asyncDispose]());

const run = (argv: readonly string[], env: Record<string, string> = {}) =>
  exai(argv, { env: { ...daemon.clientEnv, ...env } });
const namesOf = async (argv: readonly string[]) => jsonOf(await run([...argv, "--json"])).map(({ name }) => name);

test("a token is ended by its name, by the beginning of its id, or by itself; a name that is near is told", async () => {
  const { stdout } = await run(["tokens", "create", "laptop"]);
  const secret = stdout.toString().trim();
  const near = await run(["tokens", "revoke", "lapto"]);
  expect(near).toMatchObject({ code: 2, stderr: expect.stringContaining("expected laptop") });
  await run(["tokens", "create", "laptop"]);
  const both = await run(["tokens", "revoke", "laptop"]);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("2 are called so") });
  expect((await run(["tokens", "revoke", secret])).code).toBe(0);
  expect((await run(["tokens", "revoke", "laptop"])).code).toBe(0);
  const { stdout: third } = await run(["tokens", "create", "phone"]);
  expect((await run(["tokens", "revoke", third.toString().slice("exai_".length, -50)])).code).toBe(0);
});

test("tokens that ended are listed where they are asked for; whose one is stands there by name", async () => {
  await run(["principals", "create", "ada"]);
  await run(["tokens", "create", "desk", "--principal", "ada", "--expires", "30d"]);
  await run(["tokens", "create", "gone"]);
  await run(["tokens", "revoke", "gone"]);
  expect(await namesOf(["tokens", "list"])).not.toContain("gone");
  expect(await namesOf(["tokens", "list", "--all"])).toContain("gone");
  const { stdout, stderr } = await run(["tokens", "list"]);
  expect(stdout.toString()).toMatch(/^NAME +ID +WHOSE +MAY +ROOTS .*LAST USED +STATE$/m);
  expect(stdout.toString()).toMatch(/^desk +[0-9a-f]{12} +ada +tools +none +not since the start +good until /m);
  expect(stdout.toString()).toMatch(/^owner +[0-9a-f]{12} .* [\d-]{10} [\d:]{8} +does not expire$/m);
  expect(stderr).toContain("ended: tokens list --all");
});

test("the log says whose a call was by the name, beside the id that stays", async () => {
  const id = jsonOf(await run(["principals", "create", "grace", "--json"]))[0]?.["id"];
  const { stdout } = await run(["tokens", "create", "notebook", "--principal", "grace"]);
  const { code } = await run(["call", "echo", "--input", '{"text":"hi"}'], {
    EXAI_URL: daemon.url,
    EXAI_TOKEN: stdout.toString().trim(),
  });
  expect(code).toBe(0);
  await expect
    .poll(async () => (await run(["logs", "--lines", "100"])).stdout.toString())
    .toMatch(new RegExp(`call ended .*principal=${id} principalName=grace `));
});

test("a token that could run nothing is not made", async () => {
  const nowhere = await run(["tokens", "create", "runner", "--scope", "exec"]);
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("expected --root DIR beside it") });
  expect(await namesOf(["tokens", "list", "--all"])).not.toContain("runner");
});

test("the owner's token is not revoked by mistake; rotated, the new one takes its place in its file", async () => {
  const file = join(daemon.home, "owner.token");
  const before = await readFile(file, "utf8");
  const id = before.split("_")[1] ?? "";
  const revoked = await run(["tokens", "revoke", id]);
  expect(revoked).toMatchObject({ code: 2, stderr: expect.stringContaining(`tokens rotate ${id}`) });
  const rotated = await run(["tokens", "rotate", id]);
  expect(rotated.code).toBe(0);
  expect(await readFile(file, "utf8")).toBe(rotated.stdout.toString());
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await run(["tokens", "revoke", id])).code).toBe(0);
  expect((await run(["status"], { EXAI_TOKEN: before.trim() })).code).toBe(3);
  expect((await run(["status"])).code).toBe(0);
});

promise(
  "auth.expiry",
  "the owner's new token is shown though its file cannot be written, and lets the owner in",
  async () => {
    const file = join(daemon.home, "owner.token");
    const before = await readFile(file, "utf8");
    const held = ["-c", 'ulimit -f 0; exec "$@"', "sh", process.execPath, launcher, "tokens", "rotate", "owner"];
    const env = { ...daemon.clientEnv, NODE_DISABLE_COMPILE_CACHE: "1" };
    const rotating = promisify(execFile)("sh", held, { env });
    const told = await rotating.catch((error: { code: number; stdout: string; stderr: string }) => error);
    expect(told).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Cannot keep the owner's token in ${file}`),
    });
    expect(told.stdout).toMatch(/^exai_[\w-]+\n$/);
    expect((await run(["status"], { EXAI_TOKEN: told.stdout.trim() })).code).toBe(0);
    expect(await readFile(file, "utf8")).toBe(before);
    expect((await readdir(daemon.home)).filter((name) => name.startsWith("owner.token"))).toEqual(["owner.token"]);
    await writeFile(file, told.stdout);
  },
);

test("an address whose scheme is the wrong one is told so, and with which it is right", async () => {
  const secure = daemon.url.replace("http:", "https:");
  const env = { EXAI_URL: secure, EXAI_TOKEN: daemon.token };
  const says = `speaks plain HTTP and no TLS, expected ${daemon.url}`;
  expect(await run(["status"], env)).toMatchObject({ code: 4, stderr: expect.stringContaining(says) });
  expect((await run(["doctor"], env)).stdout.toString()).toContain(says);
});

test("a daemon whose certificate nobody vouches for is told as such, and none is started in its place", async () => {
  await using folder = await certificate();
  await using tls = await startDaemon({ env: { EXAI_TLS_CERT: folder.cert, EXAI_TLS_KEY: folder.key } });
  const env = { ...tls.clientEnv, EXAI_AUTOSTART: "1" };
  const says =
    "its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT), expected one that NODE_EXTRA_CA_CERTS names";
  expect(await exai(["calls"], { env })).toMatchObject({ code: 4, stderr: expect.stringContaining(says) });
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: folder.cert };
  expect(await exai(["calls"], { env: trusting })).toMatchObject({ code: 0, stderr: "" });
  const plain = { ...env, EXAI_URL: tls.url.replace("https:", "http:"), EXAI_TOKEN: tls.token };
  const wrong = `what answers there speaks TLS, expected ${tls.url}`;
  expect(await exai(["calls"], { env: plain })).toMatchObject({ code: 4, stderr: expect.stringContaining(wrong) });
});

async function certificate(): Promise<{ cert: string; key: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "exai-tls-"));
  const files = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  await promisify(execFile)("openssl", [...kind, "-keyout", files.key, "-out", files.cert, ...names]);
  return { ...files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
