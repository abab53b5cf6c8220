import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { HandlesDisk } from "../../../src/adapters/workspace/local/handles-disk.ts";
import { RealPathDisk } from "../../../src/adapters/workspace/local/real-path-disk.ts";
import { promise } from "../../promise.ts";
import { symlinkRace } from "./symlink-race.ts";

const seed = 7;
/** The long form is `npm run race`. */
const tries = 400;

describe.skipIf(process.platform !== "linux")("a directory that is exchanged for a link while it is used", () => {
  promise(
    "auth.paths",
    "nothing outside the root is read, made or worked in when paths are followed by handles",
    async () => {
      const disk = new HandlesDisk({ roots: [tmpdir()], forbidden: [] });
      for (const { verb, outside, inside, swaps } of await symlinkRace({ disk, tries, seed, until: "end" })) {
        expect([verb, outside]).toEqual([verb, 0]);
        expect(inside, `${verb} got through`).toBeGreaterThan(0);
        expect(swaps, `somebody raced against ${verb}`).toBeGreaterThan(0);
      }
    },
  );

  test("the same race is lost where a real path is checked first and used then: it is a race", async () => {
    const disk = new RealPathDisk({ forbidden: [] });
    for (const { verb, outside } of await symlinkRace({ disk, tries: 100 * tries, seed, until: "loss" }))
      expect([verb, outside]).toEqual([verb, 1]);
  });
});
