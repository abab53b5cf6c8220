import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { keepLogs, LogFile } from "./log-file.ts";

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "exai-logs-"));
  try {
    body(join(folder, "logs"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lost(): { errors: unknown[]; onLost: (error: unknown) => void } {
  const errors: unknown[] = [];
  return { errors, onLost: (error) => void errors.push(error) };
}

promise("leak.disk", "a log never takes more than its files, and the newest lines are those that stay", () => {
  inFolder((folder) => {
    const { errors, onLost } = lost();
    using file = new LogFile({ folder, keeping: { files: 3, maxBytes: 100 }, onLost });
    for (let n = 0; n < 100; n++) {
      file.write(`line ${n}\n`.padStart(40));
      file.flush();
      for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100);
    }
    expect(readdirSync(folder).toSorted()).toEqual(["exai.log", "exai.log.1", "exai.log.2"]);
    const all = ["exai.log.2", "exai.log.1", "exai.log"]
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
    expect(all.trim().split(/\s*\n\s*/)).toEqual([94, 95, 96, 97, 98, 99].map((n) => `line ${n}`));
    expect(errors).toEqual([]);
  });
  expect(keepLogs.files * keepLogs.maxBytes).toBe(7 * 16 * 1024 * 1024);
});

test("lines written in one turn stand in the file after it, in order, for the owner's eyes only", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exai-logs-"));
  try {
    using file = new LogFile({ folder: join(folder, "logs"), keeping: keepLogs, ...lost() });
    for (let n = 0; n < 1000; n++) file.write(`${n}\n`);
    await new Promise(setImmediate);
    const path = join(folder, "logs", "exai.log");
    expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 1000 }, (_, n) => `${n}\n`).join(""));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "logs")).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the next start goes on in the same file, and a second close does nothing", () => {
  inFolder((folder) => {
    for (const line of ["first\n", "second\n"]) {
      const file = new LogFile({ folder, keeping: keepLogs, ...lost() });
      file.write(line);
      file[Symbol.dispose]();
      file[Symbol.dispose]();
    }
    expect(readFileSync(join(folder, "exai.log"), "utf8")).toBe("first\nsecond\n");
  });
});

promise("say.no-swallow", "a disk that takes nothing is told, and the daemon goes on", () => {
  inFolder((folder) => {
    const { errors, onLost } = lost();
    const file = new LogFile({ folder, keeping: { files: 2, maxBytes: 10 }, onLost });
    file.write("before\n");
    file.flush();
    rmSync(folder, { recursive: true });
    file.write("after the folder is gone\n");
    expect(() => file.flush()).not.toThrow();
    expect(errors).toMatchObject([{ code: "ENOENT" }]);
    file[Symbol.dispose]();
  });
});

test("a link in the place of the log is not followed", () => {
  inFolder((folder) => {
    new LogFile({ folder, keeping: keepLogs, ...lost() })[Symbol.dispose]();
    rmSync(join(folder, "exai.log"));
    const target = join(folder, "elsewhere");
    symlinkSync(target, join(folder, "exai.log"));
    expect(() => new LogFile({ folder, keeping: keepLogs, ...lost() })).toThrow("ELOOP");
    expect(existsSync(target)).toBe(false);
  });
});
