import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { Fault } from "../../../protocol/fault.ts";
import { lockFolder } from "./folder-lock.ts";

const program = join(import.meta.dirname, "../../../../test/programs/holds-folder.ts");

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "exai-lock-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Another process that holds the folder's lock until it is killed. */
async function holder(folder: string): Promise<{ pid: number | undefined; kill(): Promise<void> } & AsyncDisposable> {
  const child: ChildProcess = spawn(process.execPath, [program, folder], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  if (child.stdout !== null) await once(child.stdout, "data");
  const kill = async () => {
    child.kill("SIGKILL");
    await closed;
  };
  return { pid: child.pid, kill, [Symbol.asyncDispose]: kill };
}

promise("auth.single-instance", "the second daemon on a folder is refused with the first one's pid", async () => {
  using folder = temporaryFolder();
  await using first = await holder(folder.path);
  const refused = await lockFolder(folder.path).then(
    () => undefined,
    (error: Fault) => error,
  );
  expect(refused?.code).toBe("instance.running");
  expect(refused?.message).toContain(String(first.pid));
  expect(refused?.facts).toEqual({ folder: folder.path, pid: first.pid });
});

promise("auth.single-instance", "a lock whose holder was killed is free at once", async () => {
  using folder = temporaryFolder();
  await using first = await holder(folder.path);
  await first.kill();
  using _lock = await lockFolder(folder.path);
  await expect(lockFolder(folder.path)).rejects.toMatchObject({ facts: { pid: process.pid } });
});

promise("auth.single-instance", "of many that try at once exactly one gets it", async () => {
  using folder = temporaryFolder();
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder.path)));
  const held = tries.filter((each) => each.status === "fulfilled");
  for (const { value } of held) value[Symbol.dispose]();
  expect(held).toHaveLength(1);
});

test("a lock that was given back can be taken again, and giving it back twice is once", async () => {
  using folder = temporaryFolder();
  const first = await lockFolder(folder.path);
  first[Symbol.dispose]();
  using _second = await lockFolder(folder.path);
  first[Symbol.dispose]();
  await expect(lockFolder(folder.path)).rejects.toMatchObject({ code: "instance.running" });
});

test("a pid file that says nothing names nobody", async () => {
  using folder = temporaryFolder();
  using _lock = await lockFolder(folder.path);
  writeFileSync(join(folder.path, "lock.pid"), "");
  await expect(lockFolder(folder.path)).rejects.toMatchObject({ code: "instance.running", facts: { pid: undefined } });
});
