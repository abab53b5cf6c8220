import { openGitFolder } from "../adapters/code/git/open-git-folder.ts";
import { CodeThread } from "../adapters/code/reading/code-thread.ts";
import type { Clock } from "../base/clock.ts";
import { ApartRepositories } from "../core/evidence/changes/apart-repositories.ts";
import { Git } from "../core/evidence/changes/git.ts";
import type { Evidence } from "../core/evidence/evidence.ts";
import { Investigation } from "../core/evidence/investigation.ts";
import type { ProcessHost } from "../core/processes/process-host.ts";
import type { Workspace } from "../core/workspace/workspace.ts";
import { commandPath } from "./commands.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";

export interface EvidenceParts {
  workspace: Workspace;
  processes: ProcessHost;
  clock: Clock;
  lifecycle: Lifecycle;
  observation: Pick<Observation, "log">;
}

/** What finds out by itself, and repositories as commands are shown them: over the workspace, git as a confined command, and a thread that reads code once it is asked. */
export async function openEvidence(
  parts: EvidenceParts,
): Promise<{ evidence: Evidence; repositories: ApartRepositories }> {
  const { workspace, processes, clock, lifecycle, observation } = parts;
  const onFailed = (err: unknown) => observation.log.error({ err }, "the reader of code failed");
  const code = await lifecycle.start("the reader of code", () => new CodeThread({ clock, onFailed }));
  const program = await processes.find("git", commandPath);
  const git = new Git({ processes, program, path: commandPath, clock });
  return {
    evidence: new Investigation({ workspace, git, openGitFolder, code, clock }),
    repositories: new ApartRepositories({ workspace, git, openGitFolder }),
  };
}
