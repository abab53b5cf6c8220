import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { Disk } from "./disk.ts";
import { Workspace } from "./workspace.ts";

const never = new AbortController().signal;

/** Opens a disk whose widest roots are these and out of which `forbidden` is cut. */
export type OpenDisk = (parts: { roots: readonly string[]; forbidden: readonly string[] }) => Disk;

interface Tree extends AsyncDisposable {
  root: string;
  /** Beside `root`, whose name it begins with. */
  outside: string;
  workspace: Workspace;
}

/** `root/{inner/{file,deep/}, file, home/owner.token}`, `home` cut out, and `outside/secret.txt`. */
async function plant(openDisk: OpenDisk): Promise<Tree> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-workspace-")));
  const root = join(folder, "root");
  const outside = join(folder, "root-not");
  await mkdir(join(root, "inner/deep"), { recursive: true });
  await mkdir(join(root, "home/inner"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, "file"), "one\ntwo\n");
  await writeFile(join(root, "inner/file"), "inner\n");
  await writeFile(join(root, "home/kept"), "kept\n");
  await writeFile(join(outside, "secret"), "outside\n");
  const workspace = new Workspace({ disk: openDisk({ roots: ["/"], forbidden: [join(root, "home")] }) });
  return { root, outside, workspace, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

const refused = (code: string) => ({ code: `workspace.${code}` });

export function diskContract(openDisk: OpenDisk): void {
  test("a directory inside a root is found from the base, by an absolute path, and through a link that stays inside", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    await symlink("inner", join(root, "link-in"));
    const find = async (path: string, base = root) => {
      await using found = await workspace.directory({ roots: [root], base }, path, never);
      return found.path;
    };
    expect(await find(".")).toBe(root);
    expect(await find("inner")).toBe(`${root}/inner`);
    expect(await find("..", `${root}/inner`)).toBe(root);
    expect(await find(`${root}/inner`, "/")).toBe(`${root}/inner`);
    expect(await find("link-in")).toBe(`${root}/inner`);
  });

  test("a file is read with its hash, its time and its lines", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    const read = await workspace.read({ roots: [root], base: root }, { path: "file", from: 2 }, never);
    const sha256 = "89e1b2dfea9f4a55eb1f1ebbc1bd4a2e5aaee4be1a35ba8a37b3ab3a1a1fbd7c";
    expect(read).toMatchObject({ path: `${root}/file`, bytes: 8, lines: ["two"], from: 2, totalLines: 2 });
    expect(read.sha256).toHaveLength(sha256.length);
    expect(read.modifiedMs).toBeGreaterThan(Date.UTC(2020));
    expect(await workspace.hash({ roots: [root], base: root }, "file", never)).toMatchObject({ sha256: read.sha256 });
  });

  promise(
    "auth.paths",
    "what leads out of the roots is refused: parents, absolute paths, links, a base that lies outside",
    async () => {
      await using tree = await plant(openDisk);
      const { root, outside, workspace } = tree;
      await symlink(outside, join(root, "link-out"));
      await symlink("../root-not/secret", join(root, "link-to-secret"));
      await symlink(root, join(root, "inner/link-up"));
      for (const [base, path] of [
        [root, ".."],
        [root, "."],
        [root, "file"],
        [root, "inner/../.."],
        [root, "inner/link-up"],
        [root, "inner/link-up/file"],
        [root, outside],
        [root, `${root}-not/secret`],
        [root, `${root}/inner-not-there`],
        [root, "/"],
        [root, "/proc/self/cwd/.."],
        [root, "link-out"],
        [root, "link-to-secret"],
        [root, "link-out/../root"],
        [root, "%2e%2e/file"],
        [outside, "."],
      ] as const) {
        const opening = workspace.directory({ roots: [`${root}/inner`], base }, path, never);
        await expect(opening, `${base} ${path}`).rejects.toMatchObject(refused("outside"));
      }
      for (const path of ["link-out/secret", "link-to-secret", "link-out", outside])
        await expect(workspace.read({ roots: [root], base: root }, { path }, never), path).rejects.toMatchObject(
          refused("outside"),
        );
      await expect(workspace.directory({ roots: [], base: root }, ".", never)).rejects.toMatchObject(
        refused("outside"),
      );
      await expect(workspace.directory({ roots: [root] }, "inner", never)).rejects.toMatchObject(refused("outside"));
    },
  );

  test("whether there is something outside the roots is not told", async () => {
    await using tree = await plant(openDisk);
    const { root, outside, workspace } = tree;
    const refusal = async (path: string) =>
      await workspace.read({ roots: [root], base: root }, { path }, never).catch(({ code }) => code);
    expect(await refusal(`${outside}/secret`)).toBe("workspace.outside");
    expect(await refusal(`${outside}/missing`)).toBe("workspace.outside");
  });

  test("links are followed where they stay inside: chains, parents, absolute ones, out by name and in again", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    await symlink("second", join(root, "first"));
    await symlink("inner/deep/third", join(root, "second"));
    await symlink("../../file", join(root, "inner/deep/third"));
    await symlink(`${root}/inner`, join(root, "absolute"));
    await symlink("../../root/inner/./deep/../file", join(root, "inner/round"));
    const read = async (path: string) =>
      (await workspace.read({ roots: [root], base: root }, { path }, never)).path.slice(root.length);
    expect(await read("first")).toBe("/file");
    expect(await read("absolute/file")).toBe("/inner/file");
    expect(await read("inner/round")).toBe("/inner/file");
    expect(await read("absolute/deep/third")).toBe("/file");
  });

  test("links that lead round or never end are refused", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    await symlink("self", join(root, "self"));
    await symlink("pong", join(root, "ping"));
    await symlink("ping", join(root, "pong"));
    for (let at = 0; at < 41; at += 1) await symlink(at === 40 ? "file" : `chain-${at + 1}`, join(root, `chain-${at}`));
    for (const path of ["self", "ping", "self/x", "chain-0"])
      await expect(workspace.read({ roots: [root], base: root }, { path }, never), path).rejects.toMatchObject(
        refused("unreadable"),
      );
    expect(await workspace.read({ roots: [root], base: root }, { path: "chain-1" }, never)).toMatchObject({ bytes: 8 });
  });

  promise("auth.paths", "what is cut out of the roots is refused, however it is named", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    await symlink("home", join(root, "link-home"));
    await link(join(root, "home/kept"), join(root, "second-name"));
    const scope = { roots: [root], base: root };
    for (const path of ["home", "home/inner", "inner/../home", "link-home"])
      await expect(workspace.directory(scope, path, never), path).rejects.toMatchObject(refused("outside"));
    for (const path of ["home/kept", "link-home/kept", "second-name"])
      await expect(workspace.read(scope, { path }, never), path).rejects.toMatchObject(refused("outside"));
    const within = { roots: [join(root, "home/inner"), join(root, "home")], base: join(root, "home/inner") };
    await expect(workspace.directory(within, ".", never)).rejects.toMatchObject(refused("outside"));
    await expect(workspace.create(scope, { path: "home/new", bytes: new Uint8Array() }, never)).rejects.toMatchObject(
      refused("outside"),
    );
  });

  promise(
    "auth.paths",
    "the kernel's files and devices are nobody's, though a root may seem to hold them",
    async () => {
      await using tree = await plant(openDisk);
      const { root, workspace } = tree;
      await symlink("/proc/self/environ", join(root, "link-environ"));
      execFileSync("mkfifo", [join(root, "fifo")]);
      const scope = { roots: ["/"], base: root };
      for (const path of [
        "/proc/self/environ",
        "/proc/self/cwd/file",
        "/proc/self/root/proc/self/maps",
        `/proc/${process.pid}/fd/0`,
        "/sys/kernel/notes",
        "/dev/null",
        "/dev/stdin",
        "link-environ",
        "fifo",
      ])
        await expect(workspace.readBytes(scope, { path }, never), path).rejects.toMatchObject({
          code: expect.stringMatching(/^workspace\.(outside|unreadable)$/),
        });
      await expect(workspace.directory(scope, "/proc/self", never)).rejects.toMatchObject(refused("outside"));
    },
  );

  test("what is not there, of another kind, or no path at all, is unreadable", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    const scope = { roots: [root], base: root };
    for (const path of ["", "missing", "file/below", "nul\0byte", "x".repeat(300), "x/".repeat(2100), "\ud800"])
      await expect(workspace.read(scope, { path }, never), path).rejects.toMatchObject(refused("unreadable"));
    await expect(workspace.directory(scope, "file", never)).rejects.toMatchObject(refused("unreadable"));
    await expect(workspace.read(scope, { path: "inner" }, never)).rejects.toMatchObject(refused("unreadable"));
  });

  test("a new file is made where nothing is, and nowhere else", async () => {
    await using tree = await plant(openDisk);
    const { root, outside, workspace } = tree;
    await symlink(outside, join(root, "link-out"));
    await symlink(join(outside, "new"), join(root, "link-new"));
    const scope = { roots: [root], base: root };
    const bytes = new TextEncoder().encode("new");
    await workspace.create(scope, { path: "inner/new", bytes }, never);
    expect(await readFile(join(root, "inner/new"), "utf8")).toBe("new");
    for (const path of ["file", "inner", "link-new", "missing/new"])
      await expect(workspace.create(scope, { path, bytes }, never), path).rejects.toMatchObject(refused("unreadable"));
    await mkdir(join(root, ".git/hooks"), { recursive: true });
    for (const path of [".git/hooks/pre-commit", "link-out/new", "../new", `${outside}/new`])
      await expect(workspace.create(scope, { path, bytes }, never), path).rejects.toMatchObject(refused("outside"));
    await expect(readFile(join(outside, "new"))).rejects.toThrow("ENOENT");
  });

  test("an aborted signal opens nothing", async () => {
    await using tree = await plant(openDisk);
    const { root, workspace } = tree;
    const gone = new Error("gone");
    await expect(workspace.read({ roots: [root], base: root }, { path: "file" }, AbortSignal.abort(gone))).rejects.toBe(
      gone,
    );
  });
}
