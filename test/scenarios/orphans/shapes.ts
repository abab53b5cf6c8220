import { readdirSync, readFileSync } from "node:fs";
import { end } from "../../programs/programs.ts";

/** Ways in which a program tries to be left behind. */
export const shapes = ["direct", "child", "group", "setsid", "double", "clean", "killsup", "leave"] as const;
export type Shape = (typeof shapes)[number];

const deaf = "trap '' HUP TERM INT PIPE";

/** In each `$0` is the sleeper that must not be left, by its number. */
const scripts: Record<Shape, string> = {
  /** The command itself. */
  direct: 'exec /bin/sleep "$0"',
  child: '/bin/sleep "$0" & wait',
  /** In a process group of its own: `timeout` makes one. */
  group: 'timeout 86400 /bin/sleep "$0"',
  setsid: 'setsid /bin/sleep "$0" & wait',
  double: '(setsid /bin/sleep "$0" &); exec /bin/sleep "$0"',
  /** The same without an environment and with everything closed. */
  clean: '(setsid env -i /bin/sleep "$0" <&- >&- 2>&- &); exec /bin/sleep "$0"',
  /** Kills whoever started it. */
  killsup: '(setsid /bin/sleep "$0" &); kill -9 "$PPID"; exec /bin/sleep "$0"',
  /** Ends by itself and leaves a daemon behind. */
  leave: '(setsid /bin/sleep "$0" &); exit 0',
};

/** A command of this shape, to be found again by its number, which no other run has. */
export class Sleeper {
  readonly shape: Shape;
  /** How many sleep once it has begun; 0 where that is over too soon to be seen. */
  readonly expected: number;
  readonly #number: string;

  constructor(shape: Shape) {
    this.shape = shape;
    this.expected = { double: 2, clean: 2, killsup: 0, leave: 0 }[shape as string] ?? 1;
    this.#number = `86400.${Math.random().toString().slice(2, 14)}1`;
  }

  get argv(): [string, ...string[]] {
    return ["/bin/sh", "-c", `${deaf}; ${scripts[this.shape]}`, this.#number];
  }

  /** Living processes with the number among their words: the sleepers, and what leads to them. */
  living(): number[] {
    return processes().filter((pid) => isAlive(pid) && this.#words(pid).includes(this.#number));
  }

  /** Those of them that sleep. */
  sleepers(): number[] {
    return this.living().filter((pid) => this.#words(pid)[0] === "/bin/sleep");
  }

  hasBegun(): boolean {
    return this.sleepers().length >= this.expected;
  }

  /** So that a test that sees it lose leaves nothing either. */
  end(): void {
    for (const pid of this.living()) end(pid);
  }

  #words(pid: number): string[] {
    return contentOf(`/proc/${pid}/cmdline`).split("\0");
  }
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function isAlive(pid: number): boolean {
  return !/^.*\) [ZX]|^$/s.test(contentOf(`/proc/${pid}/stat`));
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
