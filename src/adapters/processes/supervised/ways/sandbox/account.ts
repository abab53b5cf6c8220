import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { promisify } from "node:util";
import type { ProcessSpec } from "../../../../../core/processes/process-host.ts";
import { notPlaced } from "../not-placed.ts";

/** Who a command runs as, as the machine numbers users. */
export interface Account {
  uid: number;
  gid: number;
}

const setpriv = "/usr/bin/setpriv";

/**
 * Who runs a command of a daemon that is root: the account that the settings name, else the owner of its directory.
 * `undefined` where the daemon is not root: its commands are its own user's, whom it cannot leave.
 */
export function accountFor(directory: string, named: Account | undefined): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (named !== undefined) return named;
  const { uid, gid } = statSync(directory);
  return uid === 0 ? { uid: 0, gid: 0 } : { uid, gid };
}

/** What goes before a program that shall run as this account; it keeps no group of the daemon's. */
export function becoming(account: Account | undefined): string[] {
  if (account === undefined || account.uid === 0) return [];
  const { uid, gid } = account;
  return [setpriv, "--reuid", String(uid), "--regid", String(gid), "--clear-groups", "--"];
}

/** Refuses where the account cannot get into a directory that the command is to work in. */
export async function checkEntry(spec: ProcessSpec, account: Account | undefined, directory: string): Promise<void> {
  if (!existsSync(directory)) throw notPlaced(spec, `${directory} cannot be found`);
  if (account === undefined || account.uid === 0 || isOpenTo(account, directory)) return;
  const [program = setpriv, ...args] = [...becoming(account), "/usr/bin/test", "-x", directory];
  const enters = await promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
  if (enters) return;
  const who = `the user ${account.uid}, whom the command runs as because the daemon is root,`;
  throw notPlaced(spec, `${who} may not enter ${directory}, expected that user's own directory, or EXAI_EXEC_USER`);
}

/** By the modes alone; lists of access may open more. */
function isOpenTo({ uid, gid }: Account, directory: string): boolean {
  const parts = directory.split("/");
  const ancestors = parts.map((_, n) => parts.slice(0, n + 1).join("/") || "/");
  return ancestors.every((ancestor) => {
    const found = statSync(ancestor);
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    return (found.mode & bit) !== 0;
  });
}
