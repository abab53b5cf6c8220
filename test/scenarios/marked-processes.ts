import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Living processes that carry the mark of the daemon on this data folder, also after it is gone. */
export function markedProcesses(home: string): number[] {
  const mark = `\0EXAI_CALL_MARK=${readFileSync(join(home, "processes/instance"), "utf8")}:`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && `\0${environmentOf(pid)}`.includes(mark) && isAlive(pid));
}

/** Processes end while one looks at them, and some belong to others: both read as nothing. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
