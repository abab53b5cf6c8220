import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAlive, Reading } from "../../../../../test/programs/programs.ts";
import { readable, waysHere } from "../../../../../test/programs/ways.ts";
import { promise } from "../../../../../test/promise.ts";
import { SystemClock } from "../../../../base/clock.ts";
import type { Child, ProcessExit, ProcessHost, ProcessSpec } from "../../../../core/processes/process-host.ts";
import type { CallId } from "../../../../protocol/ids.ts";
import { openLinkedProcessHost } from "../linked-process-host.ts";
import { openLocalProcessHost } from "../local-process-host.ts";

const clock = new SystemClock();
const never = new AbortController().signal;
const isRoot = process.getuid?.() === 0;
const { present } = process.platform === "linux" ? await waysHere() : { present: [] };
const confined = present.filter((way) => way !== "C");
/** Starts programs until the system refuses, tells that it is full, and goes on trying. Another user may not reach ours. */
const forksWithoutEnd: ProcessSpec["argv"] = [
  "/usr/bin/perl",
  "-e",
  `$| = 1;
   while (1) {
     my $pid = fork;
     if (!defined $pid) { print "full\n" unless $full++; select undef, undef, undef, 0.01 }
     elsif ($pid == 0) { exec "/bin/sleep", "1000" }
   }`,
];
let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-ways-"));
  root = join(folder, "root");
  await mkdir(root);
  // Commands may run as another user.
  for (const path of [folder, root]) await chmod(path, 0o777);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function start(host: ProcessHost, argv: ProcessSpec["argv"], more: Partial<ProcessSpec> = {}): Promise<Child> {
  const env = { PATH: "/usr/bin:/bin", HOME: "/root" };
  const reach = { roots: [root], network: false };
  return host.start({ call: "call-1" as CallId, argv, cwd: root, env, reach, ...more }, never);
}

async function outcome(child: Child): Promise<{ said: string; exit: ProcessExit }> {
  const reading = new Reading(child);
  child.endInput();
  await reading.rest();
  return { said: reading.bytes("stdout").toString(), exit: await child.exited };
}

describe.each(confined)("way %s", (way) => {
  function open(more: { hidden?: string[]; readable?: string[]; account?: { uid: number; gid: number } } = {}) {
    return openLocalProcessHost({ folder: join(folder, "d/processes"), clock, among: [way], readable, ...more });
  }

  async function shell(script: string, more: Parameters<typeof open>[0] = {}, spec: Partial<ProcessSpec> = {}) {
    await using host = await open(more);
    expect(host.confinement.way).toBe(way);
    await using child = await start(host, ["/bin/sh", "-c", script], spec);
    return await outcome(child);
  }

  promise(
    "auth.commands",
    "a command has no capability, no descriptor but three, and its own processes alone",
    async () => {
      // The small process that spawns in a daemon has none of what whoever started the daemon left open.
      const parts = { folder: join(folder, "d/processes"), clock, among: [way], readable };
      await using host = await openLinkedProcessHost(parts);
      const script = "grep Cap /proc/self/status; ls /proc/self/fd; ls -d /proc/[0-9]* | wc -l";
      await using child = await start(host, ["/bin/sh", "-c", script]);
      const { said } = await outcome(child);
      expect(said.match(/^Cap\w+:\t0{16}$/gm)).toHaveLength(5);
      // The listing has itself open.
      expect(said.split("\n").slice(5, 9)).toEqual(["0", "1", "2", "3"]);
      expect(Number(said.trim().split("\n").at(-1))).toBeLessThan(8);
    },
  );

  promise("auth.commands", "the system cannot be written, nor can the settings of the machine", async () => {
    const targets = ["/x", "/usr/x", "/etc/x", "/dev/x", "/run/x", "/var/x", "/proc/sys/kernel/domainname"];
    const { said } = await shell(`for at in ${targets.join(" ")}; do echo x 2>/dev/null >$at && echo $at; done; true`);
    expect(said).toBe("");
  });

  promise("auth.commands", "temporary files and the home are its own: empty at first, gone with it", async () => {
    await writeFile(join(folder, "beside"), "not for commands");
    const { said } = await shell("ls -A /tmp $HOME; echo x >/tmp/x && echo x >$HOME/x && cat /tmp/x");
    expect(said.replaceAll(folder.split("/")[2] ?? "", "ours")).toContain("x\n");
    expect((await shell("cat /tmp/x $HOME/x")).said).toBe("");
  });

  promise("auth.commands", "the daemon's own folder is cut out of a root that holds it", async () => {
    const own = join(root, "daemon");
    await mkdir(own);
    await writeFile(join(own, "owner.token"), "secret");
    const { said } = await shell(`cat daemon/owner.token; ls -A daemon; mv daemon other; echo x >daemon/x; ls`, {
      hidden: [own],
    });
    expect(said).toBe("daemon\n");
    expect(await readdir(own)).toEqual(["owner.token"]);
  });

  promise("auth.commands", "the daemon's own folder cannot be moved out from under its cover", async () => {
    const own = join(root, "deep/er/daemon");
    await mkdir(own, { recursive: true });
    await writeFile(join(own, "owner.token"), "secret");
    const { said } = await shell("mv deep/er deep/other; mv deep other; cat */*/daemon/owner.token", { hidden: [own] });
    expect(said).toBe("");
    expect(await readdir(root)).toEqual(["deep"]);
    expect(await readdir(join(root, "deep"))).toEqual(["er"]);
  });

  test("a root may lie wherever the machine has folders, in those for temporary files too", async () => {
    for (const place of ["/tmp", "/var/tmp"]) {
      const at = await mkdtemp(join(place, "exai-ways-"));
      await using _at = { [Symbol.asyncDispose]: () => rm(at, { recursive: true, force: true }) };
      await chmod(at, 0o777);
      const { said } = await shell("pwd; echo here >made", {}, { cwd: at, reach: { roots: [at], network: false } });
      expect(said).toBe(`${at}\n`);
      expect(await readFile(join(at, "made"), "utf8")).toBe("here\n");
    }
  });

  test("what lies outside the system is read where the settings say so, and not written", async () => {
    const tools = join(folder, "tools");
    await mkdir(tools);
    await writeFile(join(tools, "word"), "readable");
    expect((await shell(`cat '${tools}/word'`)).said).toBe("");
    const { said } = await shell(`cat '${tools}/word'; echo x >'${tools}/word'`, { readable: [tools] });
    expect(said).toBe("readable");
    expect(await readFile(join(tools, "word"), "utf8")).toBe("readable");
  });

  test("an allowed program starts wherever it lies, by a link too, with its package and without its neighbours", async () => {
    const folders = ["node_modules/tool/lib", "node_modules/other", "bin"];
    for (const each of folders) await mkdir(join(folder, each), { recursive: true });
    await writeFile(join(folder, "node_modules/tool/lib/part"), "of the package");
    await writeFile(join(folder, "node_modules/other/secret"), "a neighbour's");
    const script = `#!/bin/sh\ncat '${folder}/node_modules/tool/lib/part' '${folder}/node_modules/other/secret'`;
    await writeFile(join(folder, "node_modules/tool/run.sh"), script, { mode: 0o755 });
    await symlink("../node_modules/tool/run.sh", join(folder, "bin/tool"));
    await using host = await open();
    await using child = await start(host, [join(folder, "bin/tool")]);
    expect((await outcome(child)).said).toBe("of the package");
  });

  test("a root that is missing, a link, the daemon's own or the system's is refused, and so is a missing directory", async () => {
    await symlink("/etc", join(folder, "link"));
    await using host = await open({ hidden: [join(folder, "d")] });
    const roots = [join(folder, "none"), join(folder, "link"), join(folder, "d/processes"), "/", "/usr", "/proc"];
    for (const each of roots) {
      const starting = start(host, ["/bin/true"], { reach: { roots: [root, each], network: false } });
      await expect(starting, each).rejects.toMatchObject({
        code: "process.not-started",
        message: expect.stringContaining(`its root ${each} `),
      });
    }
    await expect(start(host, ["/bin/true"], { cwd: join(root, "none") })).rejects.toMatchObject({
      code: "process.not-started",
    });
  });

  promise("auth.commands", "no command changes what a repository runs for others", async () => {
    for (const name of [".", "below"]) {
      const at = join(root, name);
      execFileSync("git", ["init", "-q", at]);
      await rm(join(at, ".git/hooks"), { recursive: true, force: true });
    }
    const attacks = [
      "rm -f commondir config",
      "mkdir hooks; echo x >hooks/pre-commit",
      "echo x >>config",
      "echo /tmp/other >commondir",
      "mv ../.git ../.git-aside",
    ];
    const script = `${attacks.map((attack) => `(${attack})`).join("; ")}; touch touched`;
    const { said } = await shell(
      `(cd .git; ${script}); (cd below/.git; ${script}); mv below aside; git -c safe.directory='*' status >/dev/null && echo works`,
    );
    expect(said).toBe("works\n");
    for (const at of [join(root, ".git"), join(root, "below/.git")]) {
      expect(await readFile(join(at, "config"), "utf8")).not.toContain("x\n");
      const names = await readdir(at);
      expect(names).toContain("touched");
      expect(names).not.toContain("commondir");
      expect(names).not.toContain("hooks");
    }
  });

  promise("auth.commands", "no command changes what a bare repository runs for others", async () => {
    for (const at of [root, join(root, "below.git")]) {
      execFileSync("git", ["init", "-q", "--bare", at]);
      await rm(join(at, "hooks"), { recursive: true });
    }
    const script =
      "(echo x >>config); (mkdir hooks; echo x >hooks/update); (echo /tmp/other >commondir); touch touched";
    const { said } = await shell(
      `${script}; (cd below.git; ${script}); mv below.git aside; git -c safe.directory='*' rev-parse --is-bare-repository`,
    );
    expect(said).toBe("true\n");
    for (const at of [root, join(root, "below.git")]) {
      expect(await readFile(join(at, "config"), "utf8")).not.toContain("x\n");
      const names = await readdir(at);
      expect(names).toContain("touched");
      for (const name of ["hooks", "commondir"]) expect(names).not.toContain(name);
    }
  });

  promise("auth.commands", "the file of a work tree cannot be pointed elsewhere", async () => {
    const pointer = "gitdir: /somewhere/else\n";
    await writeFile(join(root, ".git"), pointer);
    await shell("echo gitdir: /tmp/other >.git; rm -f .git; mv .git aside");
    expect(await readFile(join(root, ".git"), "utf8")).toBe(pointer);
  });

  promise("auth.commands", "no link in a repository leads the next command out of its roots", async () => {
    const outside = join(folder, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    for (const place of ["one", "two/.git"]) await mkdir(join(root, place), { recursive: true });
    // As a command may leave them.
    await symlink("..", join(root, "link"));
    await writeFile(join(root, "one/.git"), "gitdir: ../link/outside\n");
    await writeFile(join(root, "two/.git/commondir"), "../../link/outside\n");
    const ran = shell(`cat '${outside}/secret'; echo x >'${outside}/written'; ls -A; ls -A two/.git`);
    await expect(ran).resolves.toMatchObject({ said: "link\none\ntwo\ncommondir\n" });
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  test("what stands for a repository's files and is none holds no command up", async () => {
    await mkdir(join(root, "one"));
    await mkdir(join(root, "two/.git"), { recursive: true });
    execFileSync("mkfifo", [join(root, "one/.git"), join(root, "two/.git/commondir")]);
    expect((await shell("echo runs")).said).toBe("runs\n");
  });

  promise("auth.commands", "a repository whose hooks are a link stays where it is, as it is", async () => {
    await mkdir(join(root, "below/.git"), { recursive: true });
    await symlink("../hooks", join(root, "below/.git/hooks"));
    await shell("mv below aside; echo x >below/.git/config; rm below/.git/hooks");
    expect(await readdir(root)).toEqual(["below"]);
    expect(await readdir(join(root, "below/.git"))).toEqual(["hooks"]);
  });

  promise("auth.commands", "the keys of the kernel are out of reach", async () => {
    // The rings of a session, a process and a user.
    const add = "syscall(248, my $kind = 'user', my $name = 'exai', my $value = 'x', 1, $ring)";
    const numbers = process.arch === "arm64" ? add.replace("248", "217") : add;
    const script = `perl -e 'for my $ring (-3, -2, -4) { print ${numbers.replaceAll("'", '"')} > 0 ? "reached" : "-" }'`;
    expect((await shell(script)).said).toBe("---");
  });

  promise("auth.commands", "the network is there only for who may use it", async () => {
    const count = "cat /proc/net/dev | grep -vc -e '|' -e lo:";
    expect((await shell(count)).said).toBe("0\n");
    const reach = { roots: [root], network: true };
    expect(Number((await shell(count, {}, { reach })).said)).toBeGreaterThanOrEqual(0);
    const namespace = "readlink /proc/self/ns/net";
    expect((await shell(namespace, {}, { reach })).said.trim()).toBe(
      execFileSync("/bin/sh", ["-c", namespace]).toString().trim(),
    );
  });

  test("the limit that ended it is told", async () => {
    const { exit: time } = await shell("while :; do :; done", {}, { limits: { cpuMs: 1000 } });
    expect(time).toMatchObject({ code: null, signal: "SIGXCPU", limit: "cpuMs" });
    const write = "exec head -c 100000 /dev/zero >large";
    const { exit: size } = await shell(write, {}, { limits: { fileBytes: 1000 } });
    expect(size).toMatchObject({ signal: "SIGXFSZ", limit: "fileBytes" });
    const { said } = await shell("ulimit -n", {}, { limits: { openFiles: 50 } });
    expect(said).toBe("50\n");
  });

  test("what a signal ended is told as that signal, and a code as that code", async () => {
    await using host = await open();
    const exitOf = async (script: string) => {
      await using child = await start(host, ["/bin/sh", "-c", script]);
      return (await outcome(child)).exit;
    };
    for (const signal of ["SEGV", "TERM", "KILL"])
      expect(await exitOf(`kill -${signal} $$`)).toMatchObject({ code: null, signal: `SIG${signal}` });
    for (const code of [1, 129, 255]) expect(await exitOf(`exit ${code}`)).toMatchObject({ code, signal: null });
  });

  promise("leak.task", "a fork bomb stays inside its limit, and its neighbour starts and ends as ever", async () => {
    // Only a cgroup counts what root has.
    const account = isRoot ? { uid: 65_534, gid: 65_534 } : undefined;
    await using host = await open({ readable: [], ...(account && { account }) });
    await using bomb = await start(host, forksWithoutEnd, { limits: { processes: 40 } });
    const reading = new Reading(bomb);
    await reading.until(/full/);
    expect((await bomb.usage())?.processes).toBeLessThanOrEqual(44);
    await using neighbour = await start(host, ["/bin/sh", "-c", "for n in 1 2 3; do /bin/echo $n; done"], {
      limits: { processes: 40 },
    });
    expect((await outcome(neighbour)).said).toBe("1\n2\n3\n");
    await bomb.cancel({ graceMs: 0 });
    expect(isAlive(bomb.pid)).toBe(false);
  });

  test.runIf(isRoot)("a daemon that is root runs commands as the owner of their directory", async () => {
    const ids = ["/bin/sh", "-c", "id -u; id -g; id -G; echo x >made; stat -c %u made"] as const;
    await using host = await openLocalProcessHost({ folder: join(folder, "d"), clock, among: [way] });
    execFileSync("chown", ["12345:54321", root]);
    await chmod(root, 0o700);
    await using owner = await start(host, [...ids]);
    expect((await outcome(owner)).said).toBe("12345\n54321\n54321\n12345\n");
    execFileSync("chown", ["-R", "0:0", root]);
    await using nobody = await start(host, [...ids]);
    expect((await outcome(nobody)).said).toBe("65534\n65534\n65534\n65534\n");
    expect((await stat(join(root, "made"))).uid).toBe(0);
  });

  test.runIf(isRoot)("a directory that the user of the settings may not enter is refused", async () => {
    const account = { uid: 65_534, gid: 65_534 };
    await using host = await open({ readable: [], account });
    await using child = await start(host, ["/bin/sh", "-c", "id -u; id -g; echo x >made"]);
    expect((await outcome(child)).said).toBe("65534\n65534\n");
    expect((await stat(join(root, "made"))).uid).toBe(65_534);
    await chmod(root, 0o700);
    await expect(start(host, ["/bin/true"])).rejects.toMatchObject({
      code: "process.not-started",
      message: expect.stringContaining("EXAI_EXEC_USER"),
    });
  });

  promise("auth.commands", "no command leaves a file that runs as its user for others", async () => {
    const { said } = await shell(
      `touch a; for mode in u+s g+s 4755 2755 755; do chmod $mode a 2>/dev/null && echo $mode; done
       perl -e 'use Fcntl; sysopen(F, "b", O_CREAT | O_WRONLY, 04755) or print "refused\\n"'`,
    );
    expect(said).toBe("755\nrefused\n");
  });
});

describe.runIf(confined.includes("A"))("way A", () => {
  test("memory is limited over all of a command, whose cgroups are gone with it", async () => {
    await using host = await openLocalProcessHost({ folder: join(folder, "d"), clock, among: ["A"], readable });
    if (!host.confinement.limits.startsWith("cgroup")) return;
    const eats = "exec perl -e '$x = \"a\" x 300_000_000; print length $x'";
    await using child = await start(host, ["/bin/sh", "-c", eats], { limits: { memoryBytes: 100_000_000 } });
    expect((await outcome(child)).exit).toMatchObject({ signal: "SIGKILL", limit: "memoryBytes" });
    const instance = await readFile(join(folder, "d/instance"), "utf8");
    const find = () => execFileSync("find", ["/sys/fs/cgroup", "-name", `exai-${instance}-*`]).toString();
    // One is ready for the next command, without a limit.
    expect(find()).not.toMatch(/memory|pids|\n.*\n/);
    await host[Symbol.asyncDispose]();
    expect(find()).toBe("");
  });
});
