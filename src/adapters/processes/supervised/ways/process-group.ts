import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProcessSpec } from "../../../../core/processes/process-host.ts";
import { GroupTree } from "../group-tree.ts";
import { hasProcessTable, type Identity } from "../process-table.ts";
import { markVariable, ProcessTree } from "../process-tree.ts";
import type { ConfinementWay, Place } from "./way.ts";

/** The kernel ends the command with its supervisor, and no set-id program among its children gets out of reach. */
const guardArguments = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--"];

/**
 * Way C: a process group of its own that ends with its supervisor. It has the daemon's user, files and network.
 * A child that left its group and session, lost its parent and dropped its environment before anybody looked is
 * out of reach; on macOS so is every child that left its group.
 */
export async function processGroup(): Promise<ConfinementWay> {
  const outer = await workingGuard();
  return {
    way: "C",
    async place(spec: ProcessSpec, mark: string): Promise<Place> {
      return {
        outer,
        inner: [],
        cwd: spec.cwdHandle ?? spec.cwd,
        env: { ...spec.env, [markVariable]: mark },
        tree: (root: Identity) => (hasProcessTable ? new ProcessTree(root, mark) : new GroupTree(root.pid)),
        exit: async (seen) => seen,
        [Symbol.asyncDispose]: async () => {},
      };
    },
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
