import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { type WorkspaceTree, workspaceContract } from "../../../core/workspace/workspace.contract.ts";
import { RealPathWorkspace } from "./real-path-workspace.ts";

async function plant(): Promise<WorkspaceTree> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-workspace-")));
  const root = join(folder, "root");
  const outside = join(folder, "root-not");
  await mkdir(join(root, "inner"), { recursive: true });
  await mkdir(join(root, "home/inner"), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, "file"), "");
  await symlink(outside, join(root, "link-out"));
  await symlink("inner", join(root, "link-in"));
  await symlink("home", join(root, "link-home"));
  const workspace = new RealPathWorkspace({ forbidden: [join(root, "home")] });
  return { root, outside, workspace, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

describe("RealPathWorkspace", () => workspaceContract(plant));
