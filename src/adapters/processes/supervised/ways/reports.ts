import { execFile } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const mkfifo = "/usr/bin/mkfifo";
const maxBytes = 64 * 1024;

/** What a warden said of its program. */
export interface Told {
  /** As a shell has it: 128 and the signal's number where a signal ended it. */
  status?: number;
  /** Processes that had outlived the program when the warden last looked. */
  left?: number;
}

/** A pipe that a warden writes to from inside its sandbox; disposing gives it back once nobody there has it. */
export interface Report extends Disposable {
  readonly path: string;
  read(): Told;
}

/**
 * Named pipes, used again and again. A pipe holds 64 KiB and not more, so a program that gets hold of its warden's
 * fills no disk with it.
 */
export class Reports {
  readonly #folder: string;
  readonly #free: string[] = [];
  #made = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** What an earlier start left in the folder is removed. */
  static async open(folder: string): Promise<Reports> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Reports(folder);
  }

  async take(): Promise<Report> {
    const path = this.#free.pop() ?? (await this.#make());
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    return {
      path,
      read: () => toldBy(contentOf(descriptor)),
      // With the last who has it open goes what nobody read.
      [Symbol.dispose]: () => {
        closeSync(descriptor);
        this.#free.push(path);
      },
    };
  }

  async #make(): Promise<string> {
    this.#made += 1;
    const path = join(this.#folder, `report-${this.#made}`);
    await promisify(execFile)(mkfifo, ["-m", "600", path]);
    return path;
  }
}

function contentOf(descriptor: number): string {
  const bytes = Buffer.alloc(maxBytes);
  try {
    return bytes.toString("latin1", 0, readSync(descriptor, bytes));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "";
    throw error;
  }
}

function toldBy(text: string): Told {
  const status = /^status (\d{1,3})$/m.exec(text)?.[1];
  const left = text.match(/(?<=^left )\d{1,6}$/gm)?.at(-1);
  return {
    ...(status !== undefined && { status: Number(status) }),
    ...(left !== undefined && { left: Number(left) }),
  };
}
