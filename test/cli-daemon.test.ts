import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { daemonFile } from "../src/protocol/daemon-file.ts";
import { isAlive } from "./programs/programs.ts";
import { promise } from "./promise.ts";
import { CommandLine, exai, jsonOf } from "./support/command-line.ts";
import { ownEnvironment, startDaemon } from "./support/daemon.ts";

const echo = ["call", "echo", "--input", '{"text":"hello"}'];

/** A data folder without a daemon; whatever was started on it is ended. */
async function freshHome(): Promise<{ home: string; env: Record<string, string> } & AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), "exai-home-"));
  const env = { ...ownEnvironment(), EXAI_HOME: home, EXAI_WS_PORT: "0" };
  return {
    home,
    env,
    async [Symbol.asyncDispose]() {
      await exai(["stop", "--now"], { env });
      await rm(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

async function announced(home: string) {
  return daemonFile.parse(JSON.parse(await readFile(join(home, "daemon.json"), "utf8")));
}

test("a command that finds no daemon starts one, and the next finds it", async () => {
  await using fresh = await freshHome();
  const { home, env } = fresh;
  const first = await exai(echo, { env });
  const { pid } = await announced(home);
  const stderr = `started a daemon in the background, process ${pid}, data in ${home}\n`;
  expect({ ...first, stdout: first.stdout.toString() }).toEqual({ code: 0, stdout: "hello\n", stderr });
  expect(await exai(echo, { env })).toMatchObject({ code: 0, stderr: "" });
  expect((await announced(home)).pid).toBe(pid);
  expect(await readFile(join(home, "logs", "daemon.out"), "utf8")).toContain("listens on");
});

test("commands that start a daemon at once end up with the same one", async () => {
  await using fresh = await freshHome();
  const { env } = fresh;
  const ran = await Promise.all([exai(echo, { env }), exai(echo, { env }), exai(echo, { env })]);
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
  const { pid } = await announced(fresh.home);
  const said = ran.map(({ stderr }) => stderr).join("");
  expect(said).toBe(`started a daemon in the background, process ${pid}, data in ${fresh.home}\n`);
});

test("with EXAI_AUTOSTART=0 nothing is started, and the exit code says that there is no daemon", async () => {
  await using fresh = await freshHome();
  const { home, env } = fresh;
  const { code, stderr } = await exai(echo, { env: { ...env, EXAI_AUTOSTART: "0" } });
  expect({ code, entries: await readdir(home) }).toEqual({ code: 4, entries: [] });
  expect(stderr).toContain("(client.disconnected)");
});

test("status starts no daemon and says how to start one", async () => {
  await using fresh = await freshHome();
  const { home, env } = fresh;
  const { code, stderr } = await exai(["status"], { env });
  expect({ code, entries: await readdir(home) }).toEqual({ code: 4, entries: [] });
  expect(stderr).toContain("start one:");
});

test("what a daemon that a command starts warns of is told to whoever made it start", async () => {
  await using fresh = await freshHome();
  const { code, stderr } = await exai(echo, { env: { ...fresh.env, EXAI_EXEC_ALOW: "git" } });
  expect(code).toBe(0);
  expect(stderr).toMatch(/EXAI_EXEC_ALOW.*EXAI_EXEC_ALLOW/);
});

test("who answers at EXAI_URL and is no daemon is told, and so is a daemon that does not know the name", async () => {
  await using fresh = await freshHome();
  await using daemon = await startDaemon();
  await using server = createServer((_, response) => void response.writeHead(404).end("nothing here"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const at = async (url: string) =>
    (await exai(["status"], { env: { ...fresh.env, EXAI_URL: url, EXAI_TOKEN: daemon.token } })).stderr;
  expect(await at(`http://127.0.0.1:${port}`)).toContain("what answers there is no exai (HTTP 404)");
  const named = daemon.url.replace("127.0.0.1", "0.0.0.0");
  const { host } = new URL(named);
  expect(await at(named)).toMatch(new RegExp(`auth\\.host.*name ${host} in EXAI_ALLOWED_HOSTS`));
});

test("where nobody answers at EXAI_URL, the address is doubted", async () => {
  await using fresh = await freshHome();
  const env = { ...fresh.env, EXAI_URL: "http://127.0.0.1:1", EXAI_TOKEN: "exai_000000000000_some-secret" };
  const { code, stderr } = await exai(echo, { env });
  expect(code).toBe(4);
  expect(stderr).toContain("is EXAI_URL right?");
});

test("a daemon that was killed leaves nothing that the next command stumbles over", async () => {
  await using fresh = await freshHome();
  const { home, env } = fresh;
  await exai(echo, { env });
  const { pid } = await announced(home);
  process.kill(pid, "SIGKILL");
  expect(await exai(echo, { env })).toMatchObject({ code: 0 });
  expect((await announced(home)).pid).not.toBe(pid);
});

test("a daemon that cannot start says why, to whoever made it start", async () => {
  await using fresh = await freshHome();
  const { code, stderr } = await exai(echo, { env: { ...fresh.env, EXAI_WS_PORT: "99999" } });
  expect(code).toBe(4);
  expect(stderr).toContain("EXAI_WS_PORT=99999");
});

test("stop ends the daemon and waits until it has gone; restart starts another", async () => {
  await using fresh = await freshHome();
  const { home } = fresh;
  const env = { ...fresh.env, EXAI_DRAIN_SECS: "0" };
  await exai(["call", "echo", "--input", '{"text":"long","delayMs":60000}', "--detach"], { env });
  const before = await announced(home);
  const restarted = await exai(["restart"], { env });
  expect(restarted).toMatchObject({ code: 0, stderr: expect.stringContaining("waiting for 1 call to end") });
  const after = await announced(home);
  expect([isAlive(before.pid), isAlive(after.pid)]).toEqual([false, true]);
  expect(await exai(["stop"], { env })).toMatchObject({ code: 0 });
  expect(await readdir(home)).not.toContain("daemon.json");
  expect((await exai(["stop"], { env })).stdout.toString()).toContain("no daemon runs");
});

promise(
  "lost.sigterm",
  "SIGTERM lets a call that runs finish; who waits for it is told, by the next daemon at the latest",
  async () => {
    await using daemon = await startDaemon();
    const { clientEnv: env } = daemon;
    const input = '{"text":"hello","delayMs":1500}';
    await using command = new CommandLine(["call", "echo", "--json", "--input", input], { env });
    await command.line(/"call.started"/);
    await daemon.kill("SIGTERM");
    expect(await daemon.ended()).toBe(0);
    await daemon.restart();
    const lines = jsonOf(await command.ended());
    expect(lines.at(-1)).toMatchObject({ phase: "succeeded", result: { content: "hello" } });
    // Not taken over after a restart: it finished before.
    expect(lines.filter(({ type }) => type === "call.started")).toHaveLength(1);
  },
);

promise("lost.sigterm", "a second signal ends the daemon at once, and the next one takes its call over", async () => {
  await using daemon = await startDaemon();
  const { clientEnv: env } = daemon;
  const input = '{"text":"hello","delayMs":8000}';
  await using command = new CommandLine(["call", "echo", "--json", "--input", input], { env });
  await command.line(/"call.started"/);
  await daemon.kill("SIGTERM");
  await daemon.heard(/SIGTERM: ending/);
  await daemon.kill("SIGTERM");
  expect(await daemon.ended()).toBe(1);
  await daemon.restart();
  const lines = jsonOf(await command.ended());
  expect(lines.at(-1)).toMatchObject({ phase: "succeeded", result: { content: "hello" } });
  const events = lines.slice(0, -1);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

promise(
  "auth.single-instance",
  "a second daemon on a data folder refuses and names the first one's process",
  async () => {
    await using daemon = await startDaemon();
    const env = { ...daemon.clientEnv, EXAI_WS_PORT: "0" };
    const { code, stderr } = await exai(["serve"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(`process id ${daemon.pid} `);
    expect(await exai(echo, { env })).toMatchObject({ code: 0 });
  },
);

test("settings that are wrong stop the daemon before it starts, all told at once", async () => {
  await using fresh = await freshHome();
  const env = { ...fresh.env, EXAI_WS_PORT: "80", GLM_API_KEY: "hunter2", EXAI_DURABILITY: "perhaps" };
  const { code, stderr } = await exai(["serve"], { env });
  expect(code).toBe(2);
  for (const name of ["EXAI_WS_PORT=80", "GLM_API_KEY=***", "EXAI_DURABILITY=perhaps"]) expect(stderr).toContain(name);
  expect(stderr).not.toContain("hunter2");
});

promise(
  "say.tools",
  "a tool that is missing and a provider that is not ready are named, with why, wherever one looks",
  async () => {
    await using daemon = await startDaemon({ env: { ENABLED_TOOLS: "echo,crystal-ball" } });
    const { clientEnv: env } = daemon;
    const doctor = await exai(["doctor", "--json"], { env });
    const findings = jsonOf(doctor).map(({ state, text }) => `${state}: ${text}`);
    expect(doctor.code).toBe(1);
    expect(findings).toContainEqual(expect.stringMatching(/^wrong: crystal-ball is missing: .*no tool has this name/));
    expect(findings).toContainEqual(expect.stringMatching(/^note: glm is not ready: .*GLM_API_KEY/));
    const { stdout: log } = await exai(["logs"], { env });
    expect(log.toString()).toMatch(/a tool is missing tool=crystal-ball reason=/);
    expect(log.toString()).toMatch(/a provider is not ready provider=glm reason=/);
    const headers = { authorization: `Bearer ${daemon.token}`, connection: "close" };
    const ready = await fetch(`${daemon.url}/readyz`, { headers });
    const missing = [{ name: "crystal-ball", reason: expect.any(String) }];
    expect(await ready.json()).toMatchObject({ detail: { missing } });
  },
);

test("doctor never gives the settings of whoever asks for those of the daemon that runs", async () => {
  await using daemon = await startDaemon({ env: { EXAI_EXEC_ALLOW: "git" } });
  const env = { ...daemon.clientEnv, EXAI_EXEC_ALLOW: "find" };
  const texts = jsonOf(await exai(["doctor", "--json"], { env })).map(({ about, text }) => `${about}: ${text}`);
  expect(texts).toContain("commands: a daemon started from here would allow find");
  expect(texts).toContainEqual(expect.stringMatching(/^daemon: .*may differ from those above/));
});

test("doctor finds what is wrong without a daemon too, and starts none", async () => {
  await using fresh = await freshHome();
  const { home, env } = fresh;
  await writeFile(join(home, "exai.config.json"), '{ "EXAI_WS_PORT": 80 }', { mode: 0o600 });
  const ran = await exai(["doctor", "--json"], { env: { ...ownEnvironment(), EXAI_HOME: home } });
  expect(ran.code).toBe(1);
  expect(jsonOf(ran)).toContainEqual({
    state: "wrong",
    about: "settings",
    text: expect.stringContaining("EXAI_WS_PORT=80"),
  });
  expect(jsonOf(ran)).toContainEqual({ state: "note", about: "daemon", text: expect.stringContaining("none runs") });
  expect(await readdir(home)).toEqual(["exai.config.json"]);
  expect(env).toHaveProperty("EXAI_HOME", home);
});

test("doctor names a server whose tokens are asked for without a scope", async () => {
  await using fresh = await freshHome();
  const oauth = { issuer: "https://login.example.org", clientId: "exai", secret: "TICKETS_SECRET" };
  const mcpServers = {
    tickets: { url: "https://tickets.example.org/mcp", oauth },
    wiki: { url: "https://wiki.example.org/mcp", oauth: { ...oauth, scope: "read" } },
    notes: { url: "https://notes.example.org/mcp" },
  };
  await writeFile(join(fresh.home, "exai.config.json"), JSON.stringify({ mcpServers }), { mode: 0o600 });
  const ran = await exai(["doctor", "--json"], { env: { ...ownEnvironment(), EXAI_HOME: fresh.home } });
  const servers = jsonOf(ran).filter(({ about }) => about === "servers");
  expect(servers).toEqual([{ state: "note", about: "servers", text: expect.stringContaining("mcpServers.tickets") }]);
});

test("logs go on as the daemon writes them", async () => {
  await using daemon = await startDaemon();
  const { clientEnv: env } = daemon;
  await using command = new CommandLine(["logs", "-f", "--json"], { env });
  await command.line(/"listening"/);
  await exai(echo, { env });
  expect(JSON.parse(await command.line(/"call ended"/))).toMatchObject({ tool: "echo", phase: "succeeded" });
});
