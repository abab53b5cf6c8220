import { expect, test } from "vitest";
import { placesOf, processLimits } from "./confined-program.ts";

const parts = { home: "/home/daemon", paths: { isDirectory: async (path: string) => !path.includes("absent") } };

test("a program works in all of its user's roots, or where these and those of its entry overlap", async () => {
  const entry = { directories: [], network: false };
  expect((await placesOf(entry, ["/work", "/more"], parts)).workRoots).toEqual(["/work", "/more"]);
  const narrowed = await placesOf({ ...entry, roots: ["/work/one", "/more", "/other"] }, ["/work", "/more/two"], parts);
  expect(narrowed.workRoots).toEqual(["/work/one", "/more/two"]);
});

test("it also reaches the directories of its entry that are there, from the home of the daemon's user", async () => {
  const entry = { directories: ["~/.cache/tool", "/absent", "/var/tool"], network: true };
  expect(await placesOf(entry, ["/work"], parts)).toEqual({
    workRoots: ["/work"],
    directories: ["/home/daemon/.cache/tool", "/var/tool"],
    reach: { roots: ["/work", "/home/daemon/.cache/tool", "/var/tool"], network: true },
  });
});

test("limits that an entry does not name are not limits", () => {
  expect(processLimits({ memoryBytes: 1, cpuMs: undefined })).toEqual({ memoryBytes: 1 });
});
