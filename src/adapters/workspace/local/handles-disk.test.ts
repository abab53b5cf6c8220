import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { diskContract } from "../../../core/workspace/disk.contract.ts";
import { HandlesDisk } from "./handles-disk.ts";

const never = new AbortController().signal;

describe.skipIf(process.platform !== "linux")("HandlesDisk", () => {
  diskContract((parts) => new HandlesDisk(parts));

  promise("auth.paths", "a directory that is held stays the same one when a link is put in its place", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-held-")));
    const [root, outside] = [join(folder, "root"), join(folder, "outside")];
    await mkdir(join(root, "place"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(root, "place/file"), "inside");
    await writeFile(join(outside, "file"), "outside");
    {
      const disk = new HandlesDisk({ roots: [root], forbidden: [] });
      await using held = await disk.open({ roots: [root], base: root }, "place", never);
      if (held.kind !== "directory" || held.handle === undefined) throw new Error("expected a directory with a handle");
      await rename(join(root, "place"), join(root, "moved"));
      await symlink(outside, join(root, "place"));
      const command = spawnSync("cat", ["file"], { cwd: held.handle, encoding: "utf8" }).stdout;
      const names = (await Array.fromAsync(held.entries())).map(({ name }) => name);
      await using file = await held.child("file");
      const bytes = Buffer.alloc(7);
      await (file?.kind === "file" && file.read(bytes, 0));
      await held.create("new", Buffer.from("new"));
      expect([command, names, bytes.toString()]).toEqual(["inside", ["file"], "inside\0"]);
    }
    expect(await readdir(outside)).toEqual(["file"]);
    expect(await readFile(join(root, "moved/new"), "utf8")).toBe("new");
    await rm(folder, { recursive: true });
  });

  test("a root is found by the name it was given and by its real one", async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-named-")));
    await mkdir(join(folder, "real/inner"), { recursive: true });
    await symlink("real", join(folder, "named"));
    const disk = new HandlesDisk({ roots: [join(folder, "named")], forbidden: [] });
    const scope = { roots: [join(folder, "named")], base: join(folder, "real/inner") };
    for (const path of [".", join(folder, "named/inner"), join(folder, "real/inner")]) {
      await using found = await disk.open(scope, path, never);
      expect(found.path).toBe(join(folder, "real/inner"));
    }
    await rm(folder, { recursive: true });
  });
});
