import { chmod, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diffText } from "../../../src/core/evidence/diff-text.ts";
import type { ChangesRequest } from "../../../src/core/evidence/evidence.ts";
import { EvidenceBench } from "../../support/evidence-bench.ts";

const signal = new AbortController().signal;

async function withRepository(): Promise<EvidenceBench> {
  const bench = await EvidenceBench.open();
  await bench.git("init", "-q", "-b", "main");
  return bench;
}

async function changed(bench: EvidenceBench, more: Partial<ChangesRequest> = {}) {
  return await bench.evidence.changes(bench.who, { staged: true, unstaged: true, ...more }, signal);
}

test("what is staged, unstaged and untracked is told apart, with every kind of change", async () => {
  await using bench = await withRepository();
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
  for (const name of ["moved.txt", "edited.txt", "gone.txt", "run.sh", "turned.txt"])
    await bench.write(name, `${name}\n${lines}`);
  await bench.write('odd "ü"\tname.txt', "odd\n");
  await bench.commit("base");
  await bench.git("mv", "moved.txt", "there.txt");
  await bench.write("edited.txt", `edited.txt\n${lines}last\n`);
  await bench.git("add", "edited.txt");
  await bench.write("edited.txt", `first\nedited.txt\n${lines}last\n`);
  await rm(join(bench.root, "gone.txt"));
  await chmod(join(bench.root, "run.sh"), 0o755);
  await rm(join(bench.root, "turned.txt"));
  await symlink("run.sh", join(bench.root, "turned.txt"));
  await bench.write('odd "ü"\tname.txt', "odder\n");
  await bench.write("new/deep.txt", "new\n");
  await bench.write("dropped.log", "");
  await bench.write(".gitignore", "*.log\n");
  const { files, branch, base, omitted } = await changed(bench);
  expect(branch).toBe("main");
  expect(base?.ref).toBe("HEAD");
  expect(omitted).toEqual([]);
  const told = files.map(({ path, area, status, kind, was }) => [
    area,
    status,
    path,
    ...(kind === "file" ? [] : [kind]),
    ...(was ? [was] : []),
  ]);
  expect(told).toEqual([
    ["staged", "modified", "edited.txt"],
    ["staged", "renamed", "there.txt", "moved.txt"],
    ["unstaged", "modified", "edited.txt"],
    ["unstaged", "deleted", "gone.txt"],
    ["unstaged", "modified", 'odd "ü"\tname.txt'],
    ["unstaged", "modified", "run.sh"],
    ["unstaged", "retyped", "turned.txt", "link"],
    ["untracked", "untracked", ".gitignore"],
    ["untracked", "untracked", "new/deep.txt"],
  ]);
  expect(files[0]?.hunks).toEqual([{ was: 19, now: 19, lines: [" line 17", " line 18", " line 19", "+last"] }]);
  expect(files[4]?.hunks[0]?.lines).toEqual(["-odd", "+odder"]);
  const text = diffText({ files });
  expect(text).toContain("=== moved.txt → there.txt (staged, renamed)\n");
  expect(text).toContain("=== edited.txt (unstaged, modified)\n@@ -1 +1 @@\n+first\n edited.txt");
});

test("changes against a branch count from where the work forked off it", async () => {
  await using bench = await withRepository();
  await bench.write("a.txt", "a\n");
  await bench.commit("base");
  await bench.git("checkout", "-q", "-b", "work");
  await bench.write("mine.txt", "mine\n");
  await bench.commit("mine");
  await bench.git("checkout", "-q", "main");
  await bench.write("theirs.txt", "theirs\n");
  await bench.commit("theirs");
  await bench.git("checkout", "-q", "work");
  await bench.write("staged.txt", "staged\n");
  await bench.git("add", "staged.txt");
  await bench.write("a.txt", "a\nb\n");
  const all = await changed(bench, { compareTo: "main" });
  expect(all.files.map(({ path, area }) => `${area} ${path}`)).toEqual([
    "staged mine.txt",
    "staged staged.txt",
    "unstaged a.txt",
  ]);
  const committed = await changed(bench, { compareTo: "main", staged: false, unstaged: false });
  expect(committed.files.map(({ path, area }) => `${area} ${path}`)).toEqual(["commits mine.txt"]);
  expect(committed.base).toMatchObject({ ref: "main" });
});

test("a repository without a commit, one without a change and a further working tree are told", async () => {
  await using bench = await withRepository();
  await bench.write("a.txt", "a\n");
  await bench.git("add", "a.txt");
  const first = await changed(bench);
  expect(first).toMatchObject({ branch: "main", files: [{ path: "a.txt", status: "added", area: "staged" }] });
  expect(first.base).toBeUndefined();
  await bench.commit("base");
  expect((await changed(bench)).files).toEqual([]);
  await bench.git("worktree", "add", "-q", "further", "-b", "other");
  await bench.write("further/a.txt", "b\n");
  const further = await changed(bench, { path: "further/a.txt" });
  expect(further).toMatchObject({ repository: join(bench.root, "further"), branch: "other" });
  expect(further.files).toMatchObject([{ path: "a.txt", area: "unstaged" }]);
});

test("another time of a file is no change, and a repository of SHA-256 is read as well", async () => {
  await using bench = await EvidenceBench.open();
  await bench.git("init", "-q", "--object-format=sha256", "-b", "main");
  await bench.write("a.txt", "a\n");
  await bench.write("b.txt", "b\n");
  await bench.commit("base");
  await bench.write("a.txt", "a\n");
  await bench.write("b.txt", "b\nc\n");
  const { files, base } = await changed(bench);
  expect(base?.commit).toHaveLength(64);
  expect(files).toMatchObject([{ path: "b.txt" }]);
});

test("a submodule is not entered, and that is told", async () => {
  await using bench = await withRepository();
  await bench.git("init", "-q", "inner");
  await bench.git("-C", "inner", "commit", "-q", "--allow-empty", "-m", "inner");
  await bench.git("add", "inner");
  const { files, omitted } = await changed(bench);
  expect(files).toMatchObject([{ path: "inner", kind: "submodule", status: "added" }]);
  expect(omitted).toMatchObject([{ path: "inner", why: expect.stringContaining("submodule") }]);
});

test("both sides of a merge that are still there are told, and found", async () => {
  await using bench = await withRepository();
  await bench.write("a.js", "one();\n");
  await bench.commit("base");
  await bench.git("checkout", "-q", "-b", "other");
  await bench.write("a.js", "two();\n");
  await bench.commit("two");
  await bench.git("checkout", "-q", "main");
  await bench.write("a.js", "three();\n");
  await bench.commit("three");
  await bench.git("merge", "other").catch(() => {});
  const changes = await changed(bench);
  expect(changes.files.map(({ status }) => status)).toContain("unmerged");
  const { found } = await bench.evidence.findings(bench.who, { changes, files: ["a.js"] }, signal);
  expect(found).toMatchObject([{ rule: "merge-conflict", path: "a.js", line: 1 }]);
});

test("secrets are not in the hunks; those that are brought or removed are findings, and files of secrets are not shown", async () => {
  await using bench = await withRepository();
  const key = "sk-proj-Vq3nT8xR1mB6kW9pZ4yL7cF2hD5jG0sE";
  const pem = [
    "-----BEGIN PRIVATE KEY-----",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    "BKcwggSjAgEAAoIBAQC7",
    "-----END PRIVATE KEY-----",
  ];
  await bench.write("old.txt", `key=${key}\n`);
  await bench.commit("base");
  await bench.write("old.txt", "key=\n");
  await bench.write("new.txt", `a\nb\nkey=${key} and ${key}\n${pem.join("\n")}\n`);
  await bench.write("service.pem", `${pem.join("\n")}\n`);
  await bench.git("add", "-A");
  await bench.write(".env", "PASSWORD=hunter2\n");
  const { secrets, files, omitted } = await changed(bench);
  const shown = JSON.stringify(files);
  expect(shown).not.toContain(key);
  expect(shown).not.toContain("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC");
  expect(shown).not.toContain("hunter2");
  expect(shown).toContain("+key=[secret] and [secret]");
  const told = secrets.map(({ rule, path, line }) => [rule, path, line]);
  expect(told).toEqual([
    ["secret", "new.txt", 3],
    ["secret", "new.txt", 3],
    ["secret", "new.txt", 4],
    ["secret-in-history", "old.txt", 1],
    ["secret-file", "service.pem", 1],
    ["secret-file", ".env", 1],
  ]);
  expect(omitted.map(({ path }) => path)).toEqual(["service.pem", ".env"]);
});

test("a machine without git, and a place without a repository, say so", async () => {
  await using bench = await EvidenceBench.open();
  await expect(changed(bench)).rejects.toMatchObject({ code: "workspace.unreadable" });
  await bench.git("init", "-q");
  await rename(join(bench.root, ".git/HEAD"), join(bench.root, ".git/NOHEAD"));
  await expect(changed(bench)).resolves.toMatchObject({ files: [] });
  await using other = await EvidenceBench.open({ git: "none" });
  await other.git("init", "-q");
  await expect(changed(other)).rejects.toMatchObject({ code: "tool.unavailable" });
});
