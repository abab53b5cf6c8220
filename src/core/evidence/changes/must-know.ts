import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";
import type { Git, GitRun } from "./git.ts";
import type { OpenGitFolder, RepositoryFormat } from "./git-folder.ts";

interface Looking {
  git: Pick<Git, "run">;
  openGitFolder: OpenGitFolder;
}

/** A repository, and where git may be run to ask it. */
interface Looked {
  format: RepositoryFormat;
  path: string;
  call: CallId;
  cwd: GitRun["cwd"];
}

const maxBytes = 4096;

/** Refuses with `workspace.unreadable` a repository whose references this machine's git does not know how to read. */
export async function mustKnow(
  { git, openGitFolder }: Looking,
  { format, path, call, cwd }: Looked,
  signal: AbortSignal,
): Promise<void> {
  if (format.references === "files") return;
  await using folder = await openGitFolder({ format });
  const question = { arguments: ["rev-parse", "--git-dir"], env: { GIT_DIR: folder.path } };
  const { code } = await git.run({ call, ...question, cwd, roots: [cwd.path, folder.path], maxBytes }, signal);
  if (code === 0) return;
  const fact = `it keeps its references as ${format.references}, which the git of this machine does not know`;
  throw new Fault("workspace.unreadable", `Cannot read the repository ${path}: ${fact}, expected git 2.45 or later`, {
    facts: { path },
  });
}
