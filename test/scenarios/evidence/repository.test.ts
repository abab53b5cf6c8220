import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Way } from "../../../src/core/processes/process-host.ts";
import { waysHere } from "../../programs/ways.ts";
import { promise } from "../../promise.ts";
import { EvidenceBench } from "../../support/evidence-bench.ts";
import { HostileRepository } from "../../support/hostile-repository.ts";

const signal = new AbortController().signal;
const everything = { staged: true, unstaged: true };
const { present } = await waysHere();

describe.each(present)("a repository that is looked at in way %s", (way: Way) => {
  promise(
    "auth.repository",
    `names a program wherever git takes one, and none of them is run in way ${way}`,
    async () => {
      await using bench = await EvidenceBench.open({ way });
      const hostile = await HostileRepository.make(bench);
      const { evidence, who } = bench;
      const changes = await evidence.changes(who, everything, signal);
      expect(changes.files).toMatchObject([
        { path: ".gitattributes", area: "staged", status: "added" },
        { path: "a.txt", area: "unstaged", hunks: [{ lines: ["-one", "+one more"] }] },
        { path: "new.txt", area: "untracked" },
      ]);
      await evidence.changes(who, { compareTo: "main", ...everything }, signal);
      await evidence.changes(who, { compareTo: "HEAD", staged: false, unstaged: false }, signal);
      await evidence.findings(who, { changes, files: ["."] }, signal);
      await evidence.outline(who, ["."], signal);
      await evidence.check(who, ["a.txt", "new.txt"], signal);
      expect(await hostile.touched()).toEqual([]);
      await bench.git("diff").catch(() => {});
      const touched = await hostile.touched();
      expect(touched).toContain("clean");
      expect(touched.some((name) => name.endsWith("fsmonitor"))).toBe(true);
      expect(touched.length).toBeGreaterThan(2);
    },
  );
});

promise("auth.repository", "an object that is missing is not fetched from where the repository says", async () => {
  await using bench = await EvidenceBench.open();
  const hostile = await HostileRepository.make(bench);
  const absent = "1234567890123456789012345678901234567890";
  const request = { ...everything, compareTo: absent };
  await expect(bench.evidence.changes(bench.who, request, signal)).rejects.toMatchObject({ code: "input.invalid" });
  await bench.git("update-index", "--add", "--cacheinfo", `100644,${absent},lost.txt`).catch(() => {});
  await bench.evidence.changes(bench.who, everything, signal).catch(() => {});
  const fetchers = async () => (await hostile.touched()).filter((name) => /remote|ssh|credential|proxy/.test(name));
  expect(await fetchers()).toEqual([]);
  await bench.git("cat-file", "-p", absent).catch(() => {});
  expect(await fetchers()).toEqual(["remote"]);
});

promise(
  ["auth.repository", "auth.paths"],
  "a repository that leads out of the roots is refused, by whatever way",
  async () => {
    const ways: Record<string, (bench: EvidenceBench) => Promise<void>> = {
      "a pointer": async (bench) => {
        await writeFile(join(bench.root, ".git"), `gitdir: ${join(bench.outside, ".git")}\n`);
      },
      "a link in the place of the folder": async (bench) => {
        await symlink(join(bench.outside, ".git"), join(bench.root, ".git"));
      },
      "a link to other references": async (bench) => {
        await bench.git("init", "-q");
        await symlink(join(bench.outside, ".git/packed-refs"), join(bench.root, ".git/packed-refs"));
      },
      "borrowed objects": async (bench) => {
        await bench.git("init", "-q");
        await writeFile(join(bench.root, ".git/objects/info/alternates"), `${join(bench.outside, ".git/objects")}\n`);
      },
      "a link to other objects": async (bench) => {
        await bench.git("init", "-q");
        await symlink(join(bench.outside, ".git/objects/pack"), join(bench.root, ".git/objects/ab"));
      },
      "a common folder": async (bench) => {
        await bench.git("init", "-q");
        await writeFile(join(bench.root, ".git/commondir"), join(bench.outside, ".git"));
      },
    };
    for (const [name, lead] of Object.entries(ways)) {
      await using bench = await EvidenceBench.open();
      await bench.git("init", "-q", bench.outside);
      await bench.git("-C", bench.outside, "commit", "-q", "--allow-empty", "-m", "theirs");
      await bench.git("-C", bench.outside, "pack-refs", "--all");
      await lead(bench);
      const refused = expect(bench.evidence.changes(bench.who, everything, signal), name).rejects;
      await refused.toMatchObject({ code: expect.stringMatching(/^workspace\.(outside|unreadable)$/) });
    }
  },
);

promise(
  ["auth.repository", "auth.paths"],
  "a working tree that the configuration puts elsewhere is not looked at",
  async () => {
    await using bench = await EvidenceBench.open();
    await bench.git("init", "-q");
    await bench.write("a.txt", "mine\n");
    await bench.commit("base");
    await writeFile(join(bench.outside, "a.txt"), "theirs\n");
    await bench.git("config", "core.worktree", bench.outside);
    const changes = await bench.evidence.changes(bench.who, everything, signal);
    expect(JSON.stringify(changes)).not.toContain("theirs");
    expect(changes).toMatchObject({ repository: bench.root, files: [] });
    await mkdir(join(bench.root, "inner"));
    const within = await bench.evidence.changes(bench.who, { path: "inner", ...everything }, signal);
    expect(within.repository).toBe(bench.root);
  },
);

test("a name that git would take for an option is no commit", async () => {
  await using bench = await EvidenceBench.open();
  await bench.git("init", "-q");
  await bench.write("a.txt", "a\n");
  await bench.commit("base");
  for (const compareTo of ["--output=x", "-O/etc/passwd", "HEAD\n--all", "no-such", "HEAD:a.txt", "a".repeat(300)])
    await expect(
      bench.evidence.changes(bench.who, { ...everything, compareTo }, signal),
      compareTo,
    ).rejects.toMatchObject({
      code: "input.invalid",
    });
});
