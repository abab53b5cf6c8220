import { isInside } from "../../../../../base/is-inside.ts";
import type { ProcessSpec } from "../../../../../core/processes/process-host.ts";
import type { Account } from "./account.ts";
import { programArguments } from "./program.ts";
import { isOfTheSystem, systemArguments } from "./system.ts";

/** What of the machine a sandbox shows. */
export interface Shown {
  spec: ProcessSpec;
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
  /** Absolute and true paths, outer ones first. */
  roots: readonly string[];
  /** Who the command is, as the machine numbers users; the daemon's own user where it is absent. */
  account: Account | undefined;
  /** Directories that programs may read besides the system. */
  readable: readonly string[];
  /** Directories that are shown to nobody. */
  hidden: readonly string[];
  /** Arguments that guard what lies in the roots. */
  guards: readonly string[];
  /** Whether the sandbox may have sandboxes in it: where this program can forbid it, it does. */
  nesting: "forbidden" | "possible";
  /** Whether descriptor 7 has a filter of system calls. */
  filter: "given" | "absent";
}

/** Without a limit of memory, what the temporary folders may hold each. */
const temporaryBytes = 1024 ** 3;

const walls = [
  ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
  ...["--die-with-parent", "--cap-drop", "ALL"],
];

/**
 * Root, which has none of its rights in a sandbox, is nobody there: programs that believe to be root try what then
 * fails, as giving files away.
 */
const asNobody = ["--uid", "65534", "--gid", "65534"];

/**
 * Arguments of bubblewrap: the system and the roots and nothing else. No `--new-session`: a signal to the group of
 * what was spawned reaches the program too.
 */
export function sandboxArguments(shown: Shown): string[] {
  const { spec, env, roots, readable, nesting } = shown;
  const temporary = Math.min(spec.limits?.memoryBytes ?? temporaryBytes, temporaryBytes);
  return [
    ...walls,
    ...(shown.account?.uid === 0 ? asNobody : []),
    ...(spec.reach.network ? [] : ["--unshare-net"]),
    ...(nesting === "forbidden" ? ["--disable-userns"] : []),
    ...(shown.filter === "given" ? ["--seccomp", "7"] : []),
    "--clearenv",
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...systemArguments(temporary),
    ...homeArguments(shown, temporary),
    ...programArguments(spec.argv[0]),
    ...readable.flatMap((path) => ["--ro-bind-try", path, path]),
    ...roots.flatMap((root) => ["--bind", root, root]),
    ...shown.guards,
    ...hidingArguments(shown),
    ...["--remount-ro", "/", "--chdir", spec.cwd],
  ];
}

/** A home of its own, empty, where the command would look for one that it is not shown. */
function homeArguments({ env, roots, readable }: Shown, bytes: number): string[] {
  const home = env["HOME"];
  if (home === undefined || !home.startsWith("/") || home === "/" || isOfTheSystem(home)) return [];
  if (isInside(home, [...roots, ...readable, "/tmp"])) return [];
  return ["--perms", "0700", "--size", String(bytes), "--tmpfs", home];
}

/** What is hidden and lies in what is shown is covered, by something that can be neither moved nor filled. */
function hidingArguments({ roots, readable, hidden }: Shown): string[] {
  const covered = hidden.filter((own) => isInside(own, [...roots, ...readable]));
  return covered.flatMap((own) => ["--perms", "0500", "--tmpfs", own, "--remount-ro", own]);
}
