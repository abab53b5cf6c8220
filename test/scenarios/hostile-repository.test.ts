import { realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Way } from "../../src/core/processes/process-host.ts";
import { waysHere } from "../programs/ways.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { EvidenceBench } from "../support/evidence-bench.ts";
import { HostileRepository } from "../support/hostile-repository.ts";
import { execute } from "./http-door.ts";

const { present } = await waysHere();

/** What `git` of the usual commands may be asked, with all that a repository could make it run. */
const questions = [
  ["status"],
  ["status", "-sb", "--ignored"],
  ["diff"],
  ["diff", "--cached"],
  ["diff", "HEAD"],
  ["diff", "--stat", "HEAD~1"],
  ["log", "-p", "--all"],
  ["log", "-p", "-m"],
  ["log", "-p", "--cc"],
  ["log", "--follow", "-p", "--", "a.txt"],
  ["log", "-g", "--format=%h %G? %GS"],
  ["show", "HEAD"],
  ["show", "HEAD:a.txt"],
  ["blame", "--", "a.txt"],
  ["blame", "--", "long.txt"],
  ["grep", "one"],
  ["grep", "--untracked", "one"],
  ["ls-files", "-m"],
  ["ls-files", "-o", "--exclude-standard"],
  ["ls-tree", "-r", "HEAD"],
  ["cat-file", "-p", "HEAD:a.txt"],
  ["cat-file", "-p", "1234567890123456789012345678901234567890"],
  ["rev-parse", "HEAD"],
  ["rev-list", "--objects", "--all"],
  ["describe", "--all", "--dirty"],
  ["shortlog", "-s", "HEAD"],
  ["branch", "-vv", "-a"],
  ["branch", "--format=%(refname) %(upstream) %(upstream:track)"],
  ["tag", "-n"],
  ["for-each-ref", "--format=%(refname) %(contents:signature)"],
  ["remote", "-v"],
  ["stash"],
  ["reflog"],
  ["worktree"],
  ["count-objects", "-v"],
];

/** As many commands as one principal may have. */
const atOnce = 4;

/** A merge with a conflict in it, a repository below, a stash. */
async function history(bench: EvidenceBench): Promise<void> {
  await bench.write("long.txt", "long\n");
  await bench.commit("long");
  await bench.git("checkout", "-q", "-b", "side");
  await bench.write("b.bin", "their two\n");
  await bench.commit("theirs");
  await bench.git("checkout", "-q", "main");
  await bench.write("b.bin", "our two\n");
  await bench.commit("ours");
  await bench.git("merge", "-q", "-s", "ours", "-m", "merged", "side");
  await bench.git("init", "-q", "below");
  await bench.write("below/below.txt", "below\n");
  await bench.git("-C", "below", "add", "-A");
  await bench.git("-C", "below", "commit", "-q", "-m", "below");
  await bench.write(".gitmodules", `[submodule "below"]\n\tpath = below\n\turl = ext::sh\n`);
  await bench.commit("with one below");
  await bench.write("a.txt", "one for later\n");
  await bench.git("stash", "-q");
}

async function armed(bench: EvidenceBench): Promise<HostileRepository> {
  const hostile = await HostileRepository.make(bench, () => history(bench));
  await hostile.armBelow("below");
  await bench.write("long.txt", "longer\n");
  return hostile;
}

async function lookingDaemon(way: Way, root: string): Promise<DaemonProcess> {
  return await startDaemon({ env: { EXAI_EXEC_CONFINEMENT: way, EXAI_ROOTS: root } });
}

async function git(daemon: DaemonProcess, cwd: string, given: readonly string[]): Promise<string> {
  const view = await execute(daemon, { tool: "exec", arguments: { argv: ["git", ...given], cwd } }, "wait=120");
  expect(view.fault, given.join(" ")).toBeUndefined();
  return view.result?.content ?? "";
}

describe.skipIf(process.platform !== "linux").each(present)("the usual git in way %s", (way: Way) => {
  promise(
    ["auth.repository", "auth.commands"],
    `runs nothing that the configuration of a repository names in way ${way}, whatever it is asked; plain git does`,
    async () => {
      await using bench = await EvidenceBench.open();
      const hostile = await armed(bench);
      await using daemon = await lookingDaemon(way, bench.root);
      for (let at = 0; at < questions.length; at += atOnce)
        await Promise.all(questions.slice(at, at + atOnce).map((question) => git(daemon, bench.root, question)));
      expect(await hostile.touched()).toEqual([]);
      for (const question of [
        ["diff", "HEAD"],
        ["log", "-p"],
        ["blame", "long.txt"],
        ["describe", "--all", "--dirty"],
      ])
        await bench.git(...question).catch(() => {});
      const plain = await hostile.touched();
      expect(plain).toEqual(expect.arrayContaining(["clean", "process"]));
      expect(plain.some((name) => name.endsWith("fsmonitor"))).toBe(true);
    },
  );
});

describe.skipIf(process.platform !== "linux")("the usual git", () => {
  test("shows all of a repository that is read: changes, history, branches and where they come from", async () => {
    await using bench = await EvidenceBench.open();
    await bench.git("init", "-q", "-b", "main");
    await bench.write("a.txt", "one\r\n");
    await bench.write(".gitattributes", "a.txt text\n");
    await bench.commit("base");
    await bench.git("branch", "topic");
    await bench.git("remote", "add", "origin", 'https://example.org/"a b".git');
    await bench.git("config", "branch.topic.remote", "origin");
    await bench.git("config", "branch.topic.merge", "refs/heads/main");
    await bench.git("update-ref", "refs/remotes/origin/main", "HEAD");
    await bench.git("pack-refs", "--all");
    await bench.git("worktree", "add", "-q", "further", "topic");
    await bench.write("a.txt", "one\r\ntwo\r\n");
    await bench.write("further/b.txt", "b\n");
    await using daemon = await lookingDaemon("C", bench.root);
    const { root } = bench;
    expect(await git(daemon, root, ["diff"])).toContain("\n+two");
    expect(await git(daemon, root, ["blame", "--", "a.txt"])).toContain("Not Committed Yet");
    expect(await git(daemon, root, ["log", "--oneline", "--all"])).toContain("base");
    expect(await git(daemon, root, ["reflog"])).toContain("commit (initial)");
    expect(await git(daemon, root, ["remote", "-v"])).toContain('https://example.org/"a b".git (fetch)');
    expect(await git(daemon, root, ["branch", "-vv"])).toContain("[origin/main]");
    expect(await git(daemon, root, ["worktree"])).toContain(`${realpathSync(root)} `);
    expect(await git(daemon, `${root}/further`, ["status", "-s"])).toContain("?? b.txt");
    expect(await git(daemon, `${root}/further`, ["branch", "--show-current"])).toContain("topic");
    expect(await git(daemon, `${root}/further`, ["rev-parse", "--show-toplevel"])).toContain(`${root}/further\n`);
  });

  promise("auth.repository", "knows no repository outside the roots, and says its version anywhere", async () => {
    await using bench = await EvidenceBench.open();
    await bench.git("-C", bench.outside, "init", "-q");
    await bench.write("below/.git", `gitdir: ${bench.outside}/.git\n`);
    await using daemon = await lookingDaemon("C", bench.root);
    expect(await git(daemon, bench.root, ["log"])).toContain("not a git repository");
    expect(await git(daemon, bench.root, ["diff", "a", "b"])).not.toContain("diff --git");
    expect(await git(daemon, bench.root, ["--version"])).toContain("git version");
    const outside = { tool: "exec", arguments: { argv: ["git", "log"], cwd: `${bench.root}/below` } };
    expect((await execute(daemon, outside, "wait=120")).fault).toMatchObject({ code: "workspace.outside" });
  });

  promise("auth.repository", "reads a bare repository, and nothing that its configuration names runs", async () => {
    await using bench = await EvidenceBench.open();
    await HostileRepository.make(bench);
    await bench.git("-c", "core.fsmonitor=false", "clone", "-q", "--bare", "--no-hardlinks", ".", "bare.git");
    await bench.git("-C", "bare.git", "config", "alias.log", `!touch '${bench.root}/evil'`);
    for (const key of ["core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.alternateRefsCommand"])
      await bench.git("-C", "bare.git", "config", key, `touch '${bench.root}/evil'`);
    await bench.git("-C", "bare.git", "config", "log.showSignature", "true");
    await bench.git("-C", "bare.git", "config", "diff.evil.textconv", `touch '${bench.root}/evil'; cat`);
    await bench.write("bare.git/info/attributes", "* diff=evil\n");
    await using daemon = await lookingDaemon("C", bench.root);
    for (const folder of [`${bench.root}/bare.git`, `${bench.root}/bare.git/refs`]) {
      expect(await git(daemon, folder, ["log", "-p"])).toContain("base");
      expect(await git(daemon, folder, ["show", "HEAD:a.txt"])).toContain("one");
      expect(await git(daemon, folder, ["branch"])).toContain("* main");
      expect(await git(daemon, folder, ["rev-parse", "--is-inside-work-tree"])).toContain("false");
      expect(await git(daemon, folder, ["rev-parse", "--is-bare-repository"])).toContain("true");
      expect(await git(daemon, folder, ["status"])).toContain("must be run in a work tree");
    }
    expect(await readdir(bench.root)).not.toContain("evil");
  });

  promise("auth.repository", "follows no list of references that leads elsewhere", async () => {
    await using bench = await EvidenceBench.open();
    await bench.git("init", "-q", "-b", "main");
    await bench.write(".git/reftable/tables.list", "../../../outside/0x1.ref\n");
    await using daemon = await lookingDaemon("C", bench.root);
    const asked = { tool: "exec", arguments: { argv: ["git", "log"], cwd: bench.root } };
    expect((await execute(daemon, asked, "wait=120")).fault).toMatchObject({ code: "workspace.unreadable" });
  });

  test("reads references in a reftable, or says that it is them which git here does not know", async () => {
    await using bench = await EvidenceBench.open();
    const inFiles = await bench.git("init", "-q", "-b", "main", "--ref-format=reftable").catch(() => "none");
    if (inFiles === "none") {
      await bench.git("init", "-q", "-b", "main");
      await bench.write(".git/config", "[core]\nrepositoryformatversion = 1\n[extensions]\nrefStorage = reftable\n");
    } else {
      await bench.write("a.txt", "one\n");
      await bench.commit("base");
    }
    await using daemon = await lookingDaemon("C", bench.root);
    if (inFiles !== "none") expect(await git(daemon, bench.root, ["log", "--all"])).toContain("base");
    else {
      const view = await execute(
        daemon,
        { tool: "exec", arguments: { argv: ["git", "log"], cwd: bench.root } },
        "wait=120",
      );
      expect(view.fault).toMatchObject({ code: "workspace.unreadable", message: expect.stringContaining("reftable") });
      await expect(
        bench.evidence.changes(bench.who, { staged: true, unstaged: true }, new AbortController().signal),
      ).rejects.toThrow(/reftable/);
    }
  });
});
