import { join } from "node:path";
import type { CallId } from "../../../protocol/ids.ts";
import type { Scope } from "../../workspace/scope.ts";
import { formatIn, questionFor, type Setting, saysHowToCompare, sectionsOf, settingsIn } from "./configuration.ts";
import type { Git } from "./git.ts";
import type { OpenGitFolder } from "./git-folder.ts";
import { mustKnow } from "./must-know.ts";
import { type RepositoryRequest, repositoryAround } from "./repository.ts";

export interface ApartRepositoriesParts {
  workspace: RepositoryRequest["workspace"];
  git: Pick<Git, "run">;
  openGitFolder: OpenGitFolder;
}

/** What git is run with; until it is disposed. */
export interface ApartRepository extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute directories that it needs besides the roots. */
  readonly roots: readonly string[];
}

interface Place {
  call: CallId;
  scope: Scope;
  /** A directory in the repository. */
  path: string;
}

/** What git reads of the folder that all work trees of a repository share, except for its configuration and its hooks. */
const shared = ["objects", "refs", "packed-refs", "reftable", "logs", "info", "shallow", "worktrees"];
/** Where branches come from and go to: told, and never gone to. */
const told = ["remote\\..*\\.(url|pushurl|fetch)", "branch\\..*\\.(remote|merge)"];
const isTold = new RegExp(`^(${told.join("|")})$`);
/** Otherwise the working directory were taken for its working tree. */
const bare = { GIT_IMPLICIT_WORK_TREE: "0" };
const maxConfigurationBytes = 1024 * 1024;
/** Git repeats the name of a folder that is none. */
const noRepository = "/nonexistent/repository-inside-the-roots";

/**
 * Repositories as git may be shown them: whole, but for their configuration. What belongs to a work tree is its own;
 * the folder that its work trees share is one of ours, whose configuration has no filter, driver, monitor, hook, alias
 * or helper, and whose other names lead to the repository's.
 */
export class ApartRepositories {
  readonly #parts: ApartRepositoriesParts;

  constructor(parts: ApartRepositoriesParts) {
    this.#parts = parts;
  }

  /**
   * The one around a directory; where none lies inside the roots, git finds none either. Refuses with
   * `workspace.outside` one that leads out of them.
   */
  async open(place: Place, signal: AbortSignal): Promise<ApartRepository> {
    const { workspace, openGitFolder } = this.#parts;
    const repository = await repositoryAround({ workspace, ...place }, signal);
    if (repository === undefined)
      return { env: { GIT_DIR: noRepository }, roots: [], async [Symbol.asyncDispose]() {} };
    const { top, folder, common } = repository;
    const found = await this.#settings(place, common, signal);
    const format = formatIn(found);
    await using cwd = await workspace.directory(place.scope, common, signal);
    await mustKnow(this.#parts, { format, path: common, call: place.call, cwd }, signal);
    const harmless = found.filter((setting) => saysHowToCompare(setting) || isTold.test(setting[0]));
    const ours = await openGitFolder({
      format,
      ...(top === undefined && { is: "bare" as const }),
      configuration: sectionsOf(harmless),
      links: Object.fromEntries(shared.map((name) => [name, join(common, name)])),
    });
    return {
      env: { GIT_DIR: folder, GIT_COMMON_DIR: ours.path, ...(top === undefined ? bare : { GIT_WORK_TREE: top }) },
      roots: [ours.path],
      [Symbol.asyncDispose]: () => ours[Symbol.asyncDispose](),
    };
  }

  async #settings({ call, scope }: Place, common: string, signal: AbortSignal): Promise<readonly Setting[]> {
    const { workspace, git } = this.#parts;
    await using cwd = await workspace.directory(scope, common, signal);
    const { out } = await git.run(
      {
        call,
        arguments: questionFor({ file: join(common, "config"), also: told }),
        env: { GIT_DIR: noRepository },
        cwd,
        roots: [common],
        maxBytes: maxConfigurationBytes,
      },
      signal,
    );
    return settingsIn(out);
  }
}
