import { access, constants, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Identity, Paths } from "../../../core/processes/commands/paths.ts";
import { Fault } from "../../../protocol/fault.ts";

const writableByAnybody = 0o002;

/** The paths of command lines, looked up on this machine's disk. */
export class DiskPaths implements Paths {
  async identify(program: string): Promise<Identity> {
    try {
      const found = await stat(program);
      if (!found.isFile()) throw unfit(program, "it is no file");
      if ((found.mode & writableByAnybody) !== 0) throw unfit(program, "anybody can write it");
      await access(program, constants.X_OK);
      return { device: found.dev, inode: found.ino };
    } catch (error) {
      throw error instanceof Fault ? error : unfit(program, codeOf(error));
    }
  }

  async isDirectory(path: string): Promise<boolean> {
    return await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  }

  /** What is not there yet begins where what is there leads. */
  async real(path: string): Promise<string> {
    try {
      return await realpath(path);
    } catch (error) {
      const isAbsent = codeOf(error) === "ENOENT" && dirname(path) !== path;
      if (!isAbsent) throw unreadable(path, codeOf(error));
      const target = await readlink(path).catch(() => undefined);
      if (target !== undefined) return await this.real(resolve(dirname(path), target));
      return join(await this.real(dirname(path)), basename(path));
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function unfit(program: string, why: string): Fault {
  return new Fault("process.not-started", `Cannot run ${program}: ${why}, expected a program of this machine`, {
    facts: { program, reason: why },
  });
}

function unreadable(path: string, reason: string): Fault {
  return new Fault("workspace.unreadable", `Cannot look up ${JSON.stringify(path)}: ${reason}, expected a path`, {
    facts: { path, reason },
  });
}
