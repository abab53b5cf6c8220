import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { promise } from "../../../../test/promise.ts";
import type { Disk } from "../../../core/workspace/disk.ts";
import { Fault } from "../../../protocol/fault.ts";
import { HandlesDisk } from "./handles-disk.ts";
import { RealPathDisk } from "./real-path-disk.ts";

const never = new AbortController().signal;
const names = ["a", "b", "file", "link0", "link1", "link2", "link3", "..", "."];
const way = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
/** A link that is relative, or that begins at the root or above it. */
const text = fc.tuple(fc.constantFrom("", "ROOT/", "OUTSIDE/", "ROOT/../", "/"), way).map((parts) => parts.join(""));
/** Not in what is cut out: by handles even a link in there is none to follow, a real path goes through it unseen. */
const place = fc.constantFrom("", "a/");
const links = fc.array(fc.record({ place, text }), { minLength: 4, maxLength: 4 });

async function outcome(disk: Disk, root: string, path: string): Promise<string> {
  try {
    await using opened = await disk.open({ roots: [root], base: root }, path, never);
    return `${opened.kind} ${opened.path}`;
  } catch (error) {
    if (error instanceof Fault) return "refused";
    throw error;
  }
}

describe.skipIf(process.platform !== "linux")("links of any kind", () => {
  promise(
    "auth.paths",
    "a walk by handles comes out exactly where the real path lies, or refuses as that would",
    async () => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), "exai-links-")));
      let number = 0;
      await fc.assert(
        fc.asyncProperty(links, fc.array(way, { minLength: 1, maxLength: 8 }), async (all, paths) => {
          number += 1;
          const root = join(folder, `${number}/root`);
          const outside = join(folder, `${number}/outside`);
          for (const each of [root, outside]) {
            await mkdir(join(each, "a/b"), { recursive: true });
            await writeFile(join(each, "a/file"), "");
          }
          for (const [index, link] of all.entries()) {
            const target = link.text.replace("ROOT", root).replace("OUTSIDE", outside);
            await symlink(target, join(root, link.place, `link${index}`));
          }
          const forbidden = [join(root, "a/b")];
          for (const path of paths) {
            const byHandles = await outcome(new HandlesDisk({ roots: [root], forbidden }), root, path);
            expect([path, byHandles]).toEqual([path, await outcome(new RealPathDisk({ forbidden }), root, path)]);
            expect(byHandles).toMatch(new RegExp(`^(refused$|(file|directory) ${root}(/|$))`));
          }
        }),
        { numRuns: 100 },
      );
      await rm(folder, { recursive: true });
    },
  );
});
