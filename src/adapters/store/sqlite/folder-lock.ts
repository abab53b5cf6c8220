import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../../../protocol/fault.ts";
import { refuseNetworkFolder } from "./local-disk.ts";

const busy = 5;

/**
 * Keeps a second daemon out of the data folder, by an exclusive transaction held until it is disposed. The
 * system lets go of it when the process ends, however it ends. Refuses with `instance.running`, naming the
 * first one's process.
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseNetworkFolder(folder);
  const pidFile = join(folder, "lock.pid");
  const database = new DatabaseSync(join(folder, "lock.sqlite"), { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
  } catch (error) {
    database.close();
    throw isBusy(error) ? running(folder, pidFile) : error;
  }
  let held = true;
  return {
    [Symbol.dispose]: () => {
      if (!held) return;
      held = false;
      rmSync(pidFile, { force: true });
      database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === busy;
}

function running(folder: string, pidFile: string): Fault {
  const pid = readPid(pidFile);
  const who = pid === undefined ? "a daemon" : `the daemon with process id ${pid}`;
  return new Fault("instance.running", `Cannot use ${folder}: ${who} is running on it, expected none`, {
    facts: { folder, pid },
  });
}

/** The first one may not have written it yet. */
function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
