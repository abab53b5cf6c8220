import { execFileSync } from "node:child_process";
import { mkdir, open, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a file outside of every root says: nobody may be told it. */
export const outsideWord = "TheWordThatLiesOutside";
/** What a file with a secret's name says. */
export const secretWord = "TheWordOfTheEnvironment";

const manyFiles = 100_000;
const sparseBytes = 2 * 1024 ** 3;
const binaryBytes = 256 * 1024;

/** A root full of what a tool should not trip over, beside what it must not reach; the path of each. */
export async function hostileFiles(folder: string): Promise<{ root: string; paths: string[] }> {
  const root = join(folder, "root");
  const outside = join(folder, "outside");
  for (const each of [root, outside, join(root, "many")]) await mkdir(each);
  const at = (name: string) => join(root, name);
  await writeFile(join(outside, "kept.ts"), `export const word = "${outsideWord}";\n`);
  await writeFile(at(".env"), `WORD=${secretWord}\n`);
  await writeFile(at("binary.bin"), Buffer.alloc(binaryBytes, Buffer.from([0, 255, 1, 254])));
  await symlink(join(outside, "kept.ts"), at("link.ts"));
  await symlink(outside, at("linked"));
  await sparse(at("sparse.log"));
  execFileSync("mkfifo", [at("pipe")]);
  // One process makes them all faster than as many promises.
  execFileSync("sh", ["-c", `cd "$0" && seq -f 'file-%.0f.txt' 1 ${manyFiles} | xargs touch`, at("many")]);
  return {
    root,
    paths: [
      join(outside, "kept.ts"),
      `${root}/../outside/kept.ts`,
      // The kernel's own, and what never ends.
      "/proc/self/environ",
      "/dev/zero",
      at("link.ts"),
      at("linked/kept.ts"),
      at(".env"),
      at("sparse.log"),
      at("binary.bin"),
      at("pipe"),
      at("many"),
      at("no\u0000name"),
      at("gone.ts"),
    ],
  };
}

async function sparse(path: string): Promise<void> {
  await using file = await open(path, "w");
  await file.truncate(sparseBytes);
}
