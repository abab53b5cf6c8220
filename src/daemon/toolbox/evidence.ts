import { openGitFolder } from "../../adapters/code/git/open-git-folder.ts";
import { ApartRepositories } from "../../core/evidence/changes/apart-repositories.ts";
import { Git } from "../../core/evidence/changes/git.ts";
import { Investigation } from "../../core/evidence/investigation.ts";
import { commandPath } from "../commands.ts";
import type { Found, ToolboxParts } from "./parts.ts";

/** Over the workspace, git as a confined command, and the reader of code. */
export async function openEvidence({ workspace, processes, code, clock }: ToolboxParts): Promise<Found> {
  const program = await processes.find("git", commandPath);
  const git = new Git({ processes, program, path: commandPath, clock });
  return {
    evidence: new Investigation({ workspace, git, openGitFolder, code, clock }),
    repositories: new ApartRepositories({ workspace, git, openGitFolder }),
  };
}
