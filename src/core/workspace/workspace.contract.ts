import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { Workspace } from "./workspace.ts";

const never = new AbortController().signal;

/** A tree of `root/inner`, `root/file`, `root/link-out` → `outside`, `root/link-in` → `inner`, `root/home`, `outside`. */
export interface WorkspaceTree extends AsyncDisposable {
  /** Real absolute path; `outside` lies beside `root`, whose name it begins with. */
  root: string;
  outside: string;
  /** Cuts `root/home` out of every root. */
  workspace: Workspace;
}

export function workspaceContract(plant: () => Promise<WorkspaceTree>): void {
  test("a directory inside a root is found from the base, by an absolute path, and through a link that stays inside", async () => {
    await using tree = await plant();
    const { root, workspace } = tree;
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

  promise(
    "auth.paths",
    "what leads out of the roots is refused: parents, absolute paths, links, a base that lies outside",
    async () => {
      await using tree = await plant();
      const { root, outside, workspace } = tree;
      for (const [base, path] of [
        [root, ".."],
        [root, "inner/../.."],
        [root, outside],
        [root, "/"],
        [root, "/proc/self/cwd/.."],
        [root, "link-out"],
        [root, "link-out/../root"],
        [outside, "."],
      ] as const) {
        const finding = workspace.directory({ roots: [`${root}/inner`], base }, path, never);
        await expect(finding, `${base} ${path}`).rejects.toMatchObject({ code: expect.stringMatching(/^workspace\./) });
      }
      await expect(workspace.directory({ roots: [root], base: root }, "link-out", never)).rejects.toMatchObject({
        code: "workspace.outside",
      });
      await expect(workspace.directory({ roots: [root], base: root }, outside, never)).rejects.toMatchObject({
        code: "workspace.outside",
      });
      await expect(workspace.directory({ roots: [], base: root }, ".", never)).rejects.toMatchObject({
        code: "workspace.outside",
      });
    },
  );

  promise("auth.paths", "what is cut out of the roots is refused, however it is named", async () => {
    await using tree = await plant();
    const { root, workspace } = tree;
    for (const path of ["home", "home/inner", "inner/../home", "link-home"])
      await expect(workspace.directory({ roots: [root], base: root }, path, never), path).rejects.toMatchObject({
        code: "workspace.outside",
      });
  });

  test("what is no directory, or no path at all, is unreadable", async () => {
    await using tree = await plant();
    const { root, workspace } = tree;
    for (const path of ["file", "missing", "nul\0byte", "x".repeat(300)])
      await expect(workspace.directory({ roots: [root], base: root }, path, never)).rejects.toMatchObject({
        code: "workspace.unreadable",
      });
  });
}
