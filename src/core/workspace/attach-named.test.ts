import { mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { openLocalDisk } from "../../adapters/workspace/local/open-local-disk.ts";
import { attachNamed, NamedFiles } from "./attach-named.ts";
import { Workspace } from "./workspace.ts";

const never = new AbortController().signal;
const key = "sk-proj-Zq8vN3xT6rB1mK9pW4yL7cF2hD5jG0sA";
let root: string;
let workspace: Workspace;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "exai-named-")));
  workspace = new Workspace({ disk: await openLocalDisk({ roots: [root], forbidden: [] }) });
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Each is a minute newer than the one before it. */
async function plant(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [index, [path, content]] of Object.entries(files).entries()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await utimes(join(root, path), 1e9 + index * 60, 1e9 + index * 60);
  }
}

function source(secrets: "refuse" | "redact" = "refuse") {
  return { workspace, scope: { roots: [root], base: root }, carried: new Map<string, Uint8Array>(), secrets };
}

const plain = (path: string) => path.replace(`${root}/`, "");

async function attach(...paths: string[]) {
  const { files, left } = await attachNamed(source(), paths, never);
  return {
    files: files.map(({ path }) => plain(path)),
    left: left.map(({ path, why }) => `${plain(path)}: ${why.replaceAll(root, "")}`),
  };
}

test("a directory stands for the files below it, the newest last, without what git ignores; files that are named are newer", async () => {
  await plant({
    "src/new.ts": "1\n",
    ".gitignore": "dist\n",
    "named.ts": "2\n",
    "src/dist/made.js": "3\n",
    "src/deep/newer.ts": "4\n",
    "src/a.ts": "5\n",
  });
  await mkdir(join(root, ".git"));
  await symlink(join(root, "named.ts"), join(root, "src/link.ts"));
  expect(await attach("named.ts", "src")).toEqual({
    files: ["src/new.ts", "src/deep/newer.ts", "src/a.ts", "named.ts"],
    left: [],
  });
});

promise(
  "auth.paths",
  "what a directory holds that may not be shown is left out and named, and refuses nothing",
  async () => {
    await plant({
      "src/a.ts": "fine\n",
      "src/.env": "TOKEN=1\n",
      "src/keys.ts": `export const key = "${key}";\n`,
      "src/picture.bin": Uint8Array.of(0, 1, 2),
    });
    const { files, left } = await attach("src");
    expect(files).toEqual(["src/a.ts"]);
    expect(left.map((each) => each.split(":")[0])).toEqual(["src/picture.bin", "src/keys.ts", "src/.env"]);
    expect(left.join("\n")).not.toContain(key);
    await expect(attach("src/.env")).rejects.toMatchObject({ code: "workspace.secret" });
    await expect(attach("gone")).rejects.toMatchObject({ code: "workspace.unreadable" });
  },
);

test("of what has no room the newest is shown; the rest is named, the first hundreds of it", async () => {
  const large = `${"a".repeat(1023)}\n`.repeat(1536);
  await plant({ "d/old.txt": large, "d/middle.txt": large, "d/new.txt": large, "d/small.txt": "small\n" });
  const { files, left } = await attach("d");
  expect(files).toEqual(["d/middle.txt", "d/new.txt", "d/small.txt"]);
  expect(left).toEqual(["d/old.txt: there is no room for it"]);
  await plant(Object.fromEntries(Array.from({ length: 1300 }, (_, index) => [`many/${index}`, `${index}\n`])));
  const many = await attach("many");
  expect(many.files).toHaveLength(1000);
  expect(many.left).toHaveLength(201);
  expect(many.left.at(-1)).toBe("…: and 100 more, for reasons like these");
});

test("an empty directory says so, and more than sixteen are not looked into", async () => {
  const names = Array.from({ length: 17 }, (_, index) => `d${index}`);
  for (const name of names) await mkdir(join(root, name));
  const { left } = await attach(...names);
  expect(left.slice(0, 16)).toEqual(names.slice(0, 16).map((name) => `${name}: no file lies below it`));
  expect(left[16]).toBe("d16: only 16 directories are looked into at a time");
});

test("the same directory under another name counts as one more", async () => {
  await plant({ "d/a": "1\n" });
  const named = new NamedFiles(source());
  for (let count = 0; count < 16; count++) await named.attach(`${"./".repeat(count)}d`, never);
  expect((await named.attach("d/.", never)).files).toEqual([]);
});
