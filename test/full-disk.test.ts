import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { daemonFile } from "../src/protocol/daemon-file.ts";
import { exai } from "./support/command-line.ts";
import { ownEnvironment } from "./support/daemon.ts";
import { mounts } from "./support/mounts.ts";

const echo = ["call", "echo", "--input", '{"text":"hello"}'];

/** A disk of its own, with a data folder on it and the daemon that a command starts there. */
async function smallDisk(size: string) {
  const path = await mkdtemp(join(tmpdir(), "exai-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  const env = { ...ownEnvironment(), EXAI_HOME: join(path, "home"), EXAI_WS_PORT: "0", EXAI_EXEC_CONFINEMENT: "C" };
  return {
    path,
    env,
    /** Leaves not one byte. */
    fill: async () => {
      const { bavail, bsize } = statfsSync(path);
      await writeFile(join(path, "filler"), Buffer.alloc(bavail * bsize));
    },
    pid: async () => daemonFile.parse(JSON.parse(await readFile(join(path, "home/daemon.json"), "utf8"))).pid,
    async [Symbol.asyncDispose]() {
      await rm(join(path, "filler"), { force: true });
      await exai(["stop", "--now"], { env });
      // What ends last of the daemon may still stand there.
      execFileSync("umount", ["--lazy", path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

test.runIf(mounts())(
  "a daemon whose disk is full says so to every command, is read, and no other is started",
  async () => {
    await using disk = await smallDisk("40m");
    const { env } = disk;
    expect(await exai(echo, { env })).toMatchObject({ code: 0 });
    await exai(["stop"], { env });
    const [kept] = await listed(env);
    expect(kept).toContain("echo");
    const pid = await disk.pid();
    // Its reserve is in the way of nobody who writes on that disk.
    await rm(join(disk.path, "home/store/reserve"));
    await disk.fill();
    const refused = { code: 1, stderr: expect.stringMatching(/^Cannot .*the disk .*full.*\(store\.full\)/) };
    for (const argv of [echo, echo, ["exec", "--", "git", "--version"]])
      expect(await exai(argv, { env, cwd: process.env["HOME"] ?? "/" })).toMatchObject(refused);
    expect(await listed(env)).toEqual([kept]);
    const status = await exai(["status"], { env });
    expect(status.code).toBe(0);
    expect(status.stdout.toString()).toMatch(/^store .*full/m);
    expect(await disk.pid()).toBe(pid);
    await rm(join(disk.path, "filler"));
    expect(await exai(echo, { env })).toMatchObject({ code: 0, stderr: "" });
  },
);

test.runIf(mounts())("a disk that is too small for what must be kept free says how much is needed", async () => {
  await using disk = await smallDisk("12m");
  const { env } = disk;
  expect(await exai(echo, { env })).toMatchObject({ code: 1, stderr: expect.stringContaining("expected 32 MiB") });
  expect((await exai(["doctor"], { env })).stdout.toString()).toMatch(/✗ store .*32 MiB/);
});

async function listed(env: Record<string, string>): Promise<string[]> {
  const { code, stdout } = await exai(["calls"], { env });
  expect(code).toBe(0);
  return stdout.toString().trim().split("\n").slice(1);
}
