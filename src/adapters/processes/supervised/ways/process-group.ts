import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProcessSpec, TerminalSize } from "../../../../core/processes/process-host.ts";
import { GroupTree } from "../group-tree.ts";
import { hasProcessTable, type Identity } from "../process-table.ts";
import { markVariable, ProcessTree } from "../process-tree.ts";
import { resizeTerminal, terminalLine } from "../terminal.ts";
import { endingOf, limitBehind } from "./ending.ts";
import { rlimitLine } from "./rlimits.ts";
import type { ConfinementWay, Place } from "./way.ts";

/** The kernel ends the command with its supervisor, and no set-id program among its children gets out of reach. */
const guardArguments = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--"];

/**
 * Way C: a process group of its own that ends with its supervisor. It has the daemon's user, files and network.
 * A child that left its group and session, lost its parent and dropped its environment before anybody looked is
 * out of reach; on macOS so is every child that left its group. Limits are those of each process alone, and none
 * on how many there are: the kernel would count all that its user has.
 */
export async function processGroup(): Promise<ConfinementWay> {
  const outer = await workingGuard();
  return {
    way: "C",
    async place(spec: ProcessSpec, mark: string): Promise<Place> {
      const { tty, limits = {} } = spec;
      const line = rlimitLine(limits, ["processes"]);
      let pids = (): Iterable<number> => [];
      return {
        outer,
        inner: tty === undefined ? line : [...line, ...terminalLine(spec, tty)],
        cwd: spec.cwdHandle ?? spec.cwd,
        env: { ...spec.env, [markVariable]: mark },
        tree(root: Identity) {
          if (!hasProcessTable) return new GroupTree(root.pid);
          const tree = new ProcessTree(root, mark, tty && { spares: ({ pid }) => pid === root.pid });
          pids = () => tree.pids();
          return tree;
        },
        async exit(seen) {
          const ending = seen.code === null || tty === undefined ? seen : endingOf(seen.code);
          const limit = limitBehind(ending.signal, limits);
          return { ...ending, ...(limit && { limit }) };
        },
        ...(tty && { resize: (size: TerminalSize) => resizeTerminal(pids(), size) }),
        [Symbol.asyncDispose]: async () => {},
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The program of that name is not the same everywhere: it is used where it does what it is asked. */
async function workingGuard(): Promise<readonly string[]> {
  const [program = "", ...args] = guardArguments;
  const works = await promisify(execFile)(program, [...args, "/bin/sh", "-c", ":"]).then(
    () => true,
    () => false,
  );
  return works ? guardArguments : [];
}
