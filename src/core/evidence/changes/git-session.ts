import { join } from "node:path";
import { Fault } from "../../../protocol/fault.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { wayDown } from "../../workspace/named-path.ts";
import type { Scope } from "../../workspace/scope.ts";
import type { HeldDirectory, Workspace } from "../../workspace/workspace.ts";
import { formatIn, questionFor, saysHowToCompare, settingsIn } from "./configuration.ts";
import type { Git, GitOutput } from "./git.ts";
import type { GitFolder, OpenGitFolder } from "./git-folder.ts";
import { mustKnow } from "./must-know.ts";
import type { Checkout } from "./repository.ts";

export interface GitSessionParts {
  workspace: Pick<Workspace, "directory" | "locate">;
  git: Git;
  openGitFolder: OpenGitFolder;
}

interface Place {
  call: CallId;
  scope: Scope;
  repository: Checkout;
}

const smallBytes = 64 * 1024;
const usual = { objects: "sha1", references: "files" } as const;

/** What git is run with. */
interface Ground {
  git: Git;
  place: Place;
  top: HeldDirectory;
  folder: GitFolder;
  settings: readonly string[];
}

interface Question {
  /** The subcommand and its arguments. */
  given: readonly string[];
  /** In the place of the empty folder. */
  env?: Readonly<Record<string, string>>;
  maxBytes?: number;
  input?: Uint8Array;
}

/**
 * Git over the objects, the index and the working tree of a repository, but in a folder that is not the repository's:
 * its configuration is not in force, so no filter, monitor, driver or helper has a name there. Only commits are looked
 * up in its own folder, which takes no program.
 */
export class GitSession implements AsyncDisposable {
  readonly #ground: Ground;
  readonly #held: AsyncDisposable;

  private constructor(ground: Ground, held: AsyncDisposable) {
    this.#ground = ground;
    this.#held = held;
  }

  static async open(parts: GitSessionParts, place: Place, signal: AbortSignal): Promise<GitSession> {
    const { workspace, git, openGitFolder } = parts;
    await using opened = new AsyncDisposableStack();
    const top = opened.use(await workspace.directory(place.scope, place.repository.top, signal));
    const folder = opened.use(await openGitFolder({ format: usual }));
    const ground = { git, place, top, folder, settings: [] };
    const { settings, format } = await configuration(ground, signal);
    const checked = { format, path: place.repository.top, call: place.call, cwd: top };
    await mustKnow(parts, checked, signal);
    const { objects } = format;
    const fitting = objects === "sha1" ? folder : opened.use(await openGitFolder({ format: { ...usual, objects } }));
    return new GitSession({ ...ground, folder: fitting, settings }, opened.move());
  }

  /** The full id of the commit that a name stands for; `undefined` where there is none. */
  async commit(name: string, signal: AbortSignal): Promise<string | undefined> {
    const given = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    const { folder, top } = this.#ground.place.repository;
    const { code, out } = await run(this.#ground, { given, env: { GIT_DIR: folder, GIT_WORK_TREE: top } }, signal);
    const id = textOf(out).trim();
    return code === 0 && /^[\da-f]{40,64}$/.test(id) ? id : undefined;
  }

  /** Where two lines of work parted; `undefined` where they never were one. */
  async fork(one: string, other: string, signal: AbortSignal): Promise<string | undefined> {
    const { code, out } = await run(this.#ground, { given: ["merge-base", one, other] }, signal);
    return code === 0 ? textOf(out).trim() : undefined;
  }

  /** Refuses with `workspace.unreadable` and git's own words what it cannot answer. */
  async ask(question: Question, signal: AbortSignal): Promise<GitOutput> {
    const answer = await run(this.#ground, question, signal);
    if (answer.code === undefined || answer.code === 0) return answer;
    const { top } = this.#ground.place.repository;
    const why = answer.complaint.split("\n")[0] ?? "";
    const message = `Cannot read the repository ${top}: git says ${JSON.stringify(why)}, expected a sound one`;
    throw new Fault("workspace.unreadable", message, { facts: { path: top } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held[Symbol.asyncDispose]();
  }
}

async function configuration(ground: Ground, signal: AbortSignal) {
  const given = questionFor({ file: join(ground.place.repository.common, "config") });
  const found = settingsIn((await run(ground, { given }, signal)).out);
  const settings = found.filter(saysHowToCompare).flatMap(([name, set]) => ["-c", `${name}=${set}`]);
  return { settings, format: formatIn(found) };
}

async function run(ground: Ground, question: Question, signal: AbortSignal): Promise<GitOutput> {
  const { git, place, top: cwd, settings } = ground;
  const { given, env = {}, maxBytes = smallBytes, input } = question;
  const { top, folder, common, borrowed } = place.repository;
  const own = {
    GIT_DIR: ground.folder.path,
    GIT_OBJECT_DIRECTORY: join(common, "objects"),
    GIT_INDEX_FILE: join(folder, "index"),
    GIT_WORK_TREE: top,
  };
  return await git.run(
    {
      call: place.call,
      arguments: [...settings, ...given],
      env: { ...own, ...env },
      cwd,
      roots: outermost([top, folder, common, ...borrowed, ground.folder.path]),
      ...(input !== undefined && { input }),
      maxBytes,
    },
    signal,
  );
}

function outermost(paths: readonly string[]): string[] {
  const once = [...new Set(paths)];
  return once.filter((path) => !once.some((other) => other !== path && wayDown(other, path) !== undefined));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
