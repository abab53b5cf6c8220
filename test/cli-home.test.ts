import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exai } from "./support/command-line.ts";
import { ownEnvironment } from "./support/daemon.ts";
import { mounts } from "./support/mounts.ts";

const echo = ["call", "echo", "--input", '{"text":"hello"}'];
const isRoot = process.getuid?.() === 0;

/** A folder that is gone afterwards. */
async function place(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "exai-place-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Whoever needs a data folder refuses this one in one line, with its path and the reason. */
async function expectRefused(home: string, reason: string): Promise<void> {
  const env = { ...ownEnvironment(), EXAI_HOME: home, EXAI_WS_PORT: "0" };
  for (const argv of [echo, ["serve"], ["mcp", "--standalone"], ["restart"]]) {
    const { code, stderr } = await exai(argv, { env });
    expect({ argv, code }).toEqual({ argv, code: 2 });
    expect(stderr).toMatch(/^Cannot use EXAI_HOME .*\n$/);
    expect(stderr).toContain(`${home}: `);
    expect(stderr).toContain(reason);
  }
}

test.runIf(process.platform === "linux")(
  "a data folder where none can be made is refused, and nobody hangs",
  async () => {
    await expectRefused("/proc/exai-home", "no folder can be made there");
    await expectRefused("/proc/exai-home/below", "no folder can be made there");
    await expectRefused("/proc", "/proc/logs cannot be made");
  },
);

test("a data folder that a file, or a link that leads nowhere, is in the way of is refused", async () => {
  await using folder = await place();
  const file = join(folder.path, "file");
  const link = join(folder.path, "link");
  await writeFile(file, "");
  await symlink(join(folder.path, "nowhere"), link);
  await expectRefused(file, `${file} is no folder`);
  await expectRefused(join(file, "below"), "no folder");
  await expectRefused(link, `${link} is a link that leads nowhere`);
  const looked = await exai(["doctor"], { env: { ...ownEnvironment(), EXAI_HOME: file } });
  expect({ code: looked.code, stderr: looked.stderr }).toEqual({ code: 1, stderr: "" });
  expect(looked.stdout.toString()).toContain(`${file} is no folder`);
  const stopped = await exai(["status"], { env: { ...ownEnvironment(), EXAI_HOME: file } });
  expect(stopped).toMatchObject({ code: 4, stderr: expect.stringContaining("none runs on") });
});

test.skipIf(isRoot)("a data folder that this user may not write is refused", async () => {
  await using folder = await place();
  await chmod(folder.path, 0o500);
  await expectRefused(folder.path, "permission is denied");
  await expectRefused(join(folder.path, "below"), "permission is denied");
});

test.runIf(mounts())("a data folder on what is read-only is refused, also where it was written before", async () => {
  await using folder = await place();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path]);
  try {
    execFileSync("mkdir", ["-p", join(folder.path, "made/logs")]);
    execFileSync("mount", ["-o", "remount,ro", folder.path]);
    await expectRefused(join(folder.path, "made"), "is read-only");
    await expectRefused(join(folder.path, "new"), "is read-only");
  } finally {
    execFileSync("umount", [folder.path]);
  }
});
