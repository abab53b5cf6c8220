import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { waysHere } from "../../../../../../test/programs/ways.ts";
import { promise } from "../../../../../../test/promise.ts";
import type { Way } from "../../../../../core/processes/process-host.ts";
import { childrenOf } from "../../process-table.ts";
import { exchangedIn } from "./mounts.ts";
import { systemArguments } from "./system.ts";

const present: Way[] = process.platform === "linux" ? (await waysHere()).present : [];
const system = systemArguments(1024 ** 2);
let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-mounts-"));
  root = join(folder, "root");
  await mkdir(join(root, "inner/deep"), { recursive: true });
  await mkdir(join(folder, "outside"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** What is seen of a sandbox made of these words, after something was done. */
async function seen(words: readonly string[], meanwhile: () => Promise<unknown> = async () => {}) {
  const made = [...system, ...words];
  const walls = ["--unshare-user", "--unshare-pid", "--die-with-parent"];
  const stands = ["--", "/bin/sh", "-c", "echo stands; read _"];
  const sandbox = spawn("/usr/bin/bwrap", [...walls, ...made, ...stands], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(sandbox.stdout, "data");
    await meanwhile();
    const [init] = childrenOf(sandbox.pid ?? 0);
    const [inside] = childrenOf(init?.pid ?? 0);
    return exchangedIn(inside?.pid ?? 0, made);
  } finally {
    sandbox.stdin.end();
    await once(sandbox, "close");
  }
}

describe.runIf(present.includes("B"))("mounts", () => {
  test("a sandbox that is as it was meant has nothing strange, where a link of the settings leads to something too", async () => {
    await symlink("outside", join(folder, "link"));
    const link = ["--ro-bind-try", join(folder, "link"), join(folder, "link")];
    const inner = join(root, "inner");
    expect(await seen([...link, "--bind", root, root, "--bind", inner, inner])).toBeUndefined();
  });

  promise(
    "auth.commands",
    "what a link led to while a sandbox was made is noticed, though the link is gone",
    async () => {
      const inner = join(root, "inner");
      const [aside, link] = [join(root, "aside"), join(root, "link")];
      await symlink("../outside", link);
      await rename(inner, aside);
      await rename(link, inner);
      const words = ["--dir", join(folder, "outside"), "--bind", root, root, "--bind", inner, inner];
      const back = async () => {
        await rename(inner, link);
        await rename(aside, inner);
      };
      expect(await seen(words, back)).toBe(join(folder, "outside"));
    },
  );

  promise("auth.commands", "a mount is missed whose place was moved out of sight", async () => {
    const inner = join(root, "inner");
    const deep = join(inner, "deep");
    const words = ["--bind", root, root, "--bind", inner, inner, "--bind", deep, deep];
    const moved = async () => await rename(deep, join(root, "elsewhere"));
    expect(await seen(words, moved)).toBe(deep);
  });
});
