import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DaemonFile, daemonFile, daemonFileName } from "../protocol/daemon-file.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Tells programs of the same user, by a 0600 file in the data folder, where this daemon listens. Disposing
 * takes the file away, unless a later daemon has put its own there.
 */
export async function announce(home: string, said: DaemonFile): Promise<AsyncDisposable> {
  const file = join(home, daemonFileName);
  await writeWhole(file, `${JSON.stringify(said)}\n`);
  return {
    async [Symbol.asyncDispose]() {
      if ((await announcedPid(file)) === said.pid) await rm(file, { force: true });
    },
  };
}

async function announcedPid(file: string): Promise<number | undefined> {
  try {
    return daemonFile.parse(JSON.parse(await readFile(file, "utf8"))).pid;
  } catch {
    // Gone, or not one of ours: then it is not ours to take away either.
    return undefined;
  }
}
