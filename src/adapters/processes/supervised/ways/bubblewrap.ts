import { execFile } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { reasonOf } from "./reason-of.ts";
import { type Account, becoming } from "./sandbox/account.ts";
import { systemArguments } from "./sandbox/system.ts";

/** The program that makes sandboxes, found to work here. */
export interface Bubblewrap {
  path: string;
  nesting: "forbidden" | "possible";
}

const path = "/usr/bin/bwrap";
const trialBytes = 1024 ** 2;
const trialMs = 10_000;

/** Tries it for real, as the account that commands will have. Answers why it cannot be used. */
export async function workingBubblewrap(account: Account | undefined): Promise<Bubblewrap | string> {
  const doubt = doubtAbout(path);
  if (doubt !== undefined) return doubt;
  const refusal = await trial(account, ["--disable-userns"]);
  if (refusal === undefined) return { path, nesting: "forbidden" };
  const failure = await trial(account, []);
  return failure ?? { path, nesting: "possible" };
}

/** Only root's own program is trusted to confine: one that others may change confines what they like. */
function doubtAbout(program: string): string | undefined {
  try {
    const { uid, mode } = statSync(realpathSync(program));
    if (uid === 0 && (mode & 0o022) === 0) return undefined;
    return `${program} could be changed by others than root`;
  } catch {
    return `bubblewrap is not installed: there is no ${program}`;
  }
}

async function trial(account: Account | undefined, more: readonly string[]): Promise<string | undefined> {
  const walls = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--cap-drop", "ALL", ...more];
  const line = [...becoming(account), path, ...walls, ...systemArguments(trialBytes), "--", "/bin/sh", "-c", ":"];
  const [program = path, ...args] = line;
  return await promisify(execFile)(program, args, { cwd: "/", env: {}, timeout: trialMs }).then(
    () => undefined,
    (error: unknown) => `bubblewrap cannot make a sandbox here: ${reasonOf(error)}`,
  );
}
