import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EvidenceBench } from "./evidence-bench.ts";

/** A repository whose configuration names a program wherever git takes one; each leaves a file that says so. */
export class HostileRepository {
  readonly #bench: EvidenceBench;
  readonly #marks: string;

  private constructor(bench: EvidenceBench) {
    this.#bench = bench;
    // Inside the root: what runs in a sandbox can write there too.
    this.#marks = join(bench.root, "marks");
  }

  /** `history` is made before anything is armed. */
  static async make(bench: EvidenceBench, history: () => Promise<void> = async () => {}): Promise<HostileRepository> {
    const made = new HostileRepository(bench);
    await bench.git("init", "-q", "-b", "main");
    await bench.write("a.txt", "one\n");
    await bench.write("b.bin", "two\n");
    await bench.write(".gitignore", "marks/\n");
    await bench.commit("base");
    await history();
    await mkdir(made.#marks);
    await made.#arm();
    await bench.write("a.txt", "one more\n");
    await bench.write("new.txt", "new\n");
    return made;
  }

  /** What was run since the last look. */
  async touched(): Promise<string[]> {
    return (await readdir(this.#marks)).toSorted();
  }

  /** Arms a repository below it, with a change that only its filter could read. */
  async armBelow(name: string): Promise<void> {
    const bench = this.#bench;
    await bench.write(`${name}/.gitattributes`, "* filter=evil diff=evil\n");
    const lines = [`[filter "evil"]`, `clean = "${this.#mark("clean-below")}"`, `[core]`];
    const more = [...lines, `fsmonitor = "${this.#mark("fsmonitor-below")}"`, ""].join("\n");
    await bench.write(`${name}/.git/config`, `[core]\nrepositoryformatversion = 0\nbare = false\n${more}`);
    await bench.write(`${name}/below.txt`, "changed below\n");
  }

  async #arm(): Promise<void> {
    const bench = this.#bench;
    await bench.write(".gitattributes", "* filter=evil diff=evil merge=evil ident\nlong.txt filter=long\n");
    await bench.git("--git-dir=.git", "update-index", "--add", ".gitattributes");
    await this.#writeHooks();
    const lines = await Promise.all(this.#entries().map(async ([name, value]) => `${name} = ${value}`));
    const own = join(bench.root, ".git/more");
    await writeFile(own, [`[core]`, `fsmonitor = "${this.#mark("included-fsmonitor")}"`, ""].join("\n"));
    await writeFile(
      join(bench.root, ".git/config.worktree"),
      `[core]\nfsmonitor = "${this.#mark("worktree-fsmonitor")}"\n`,
    );
    const sections = ["[include]", `path = ${own}`, `[includeIf "gitdir:/"]`, `path = ${own}`, ...lines];
    await writeFile(join(bench.root, ".git/config"), `${plainConfiguration}${sections.join("\n")}\n`);
  }

  #entries(): [string, string][] {
    const mark = (name: string) => `"${this.#mark(name)}"`;
    return [
      ["[core]\nfsmonitor", mark("fsmonitor")],
      ["pager", mark("pager")],
      ["editor", mark("editor")],
      ["sshCommand", mark("ssh")],
      ["askPass", mark("askpass")],
      ["gitProxy", mark("proxy")],
      ["alternateRefsCommand", mark("alternate-refs")],
      ["attributesFile", join(this.#bench.root, ".gitattributes")],
      ["hooksPath", join(this.#bench.root, ".git/evil-hooks")],
      ["[diff]\nexternal", mark("external-diff")],
      [`[diff "evil"]\ncommand`, mark("diff-driver")],
      ["textconv", mark("textconv")],
      ["cachetextconv", "true"],
      [`[filter "evil"]\nclean`, mark("clean")],
      ["smudge", mark("smudge")],
      ["required", "true"],
      [`[filter "long"]\nprocess`, mark("process")],
      ["required", "true"],
      [`[merge "evil"]\ndriver`, mark("merge")],
      ["[log]\ndiffMerges", "remerge"],
      ["[diff]\nsubmodule", "diff"],
      ["ignoreSubmodules", "none"],
      ["[pager]\ndiff", mark("diff-pager")],
      ["[alias]\ndiff-files", `"!${this.#mark("alias")}"`],
      ["[gpg]\nprogram", mark("gpg")],
      ["[log]\nshowSignature", "true"],
      ["[credential]\nhelper", `"!${this.#mark("credential")}"`],
      // No shell reads this one.
      [`[remote "origin"]\nurl`, `"ext::touch ${join(this.#marks, "remote")}"`],
      ["promisor", "true"],
      ["partialclonefilter", "blob:none"],
      [`[protocol "ext"]\nallow`, "always"],
      ["[uploadpack]\npackObjectsHook", mark("pack-objects")],
    ];
  }

  async #writeHooks(): Promise<void> {
    for (const folder of ["hooks", "evil-hooks"]) {
      await mkdir(join(this.#bench.root, ".git", folder), { recursive: true });
      for (const name of ["post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"]) {
        const file = join(this.#bench.root, ".git", folder, name);
        await writeFile(file, `#!/bin/sh\n${this.#mark(`hook-${name}`)}\n`);
        await chmod(file, 0o755);
      }
    }
  }

  /** A command for a shell that leaves its name, and hands on what it reads. */
  #mark(name: string): string {
    return `touch '${join(this.#marks, name)}'; cat 2>/dev/null`;
  }
}

const plainConfiguration = `[core]
repositoryformatversion = 1
bare = false
filemode = true
[extensions]
worktreeConfig = true
partialClone = origin
`;
