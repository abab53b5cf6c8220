import { join } from "node:path";
import { type DaemonFile, daemonFile, daemonFileName } from "../../protocol/daemon-file.ts";
import { readOrNothing } from "../read-or-nothing.ts";

/** The daemon of a data folder, if one says that it listens and its process lives. */
export async function runningDaemon(home: string): Promise<DaemonFile | undefined> {
  const text = await readOrNothing(join(home, daemonFileName));
  if (text === undefined) return undefined;
  const said = daemonFile.safeParse(parsed(text));
  return said.success && isOurs(said.data.pid) ? said.data : undefined;
}

/** The token that the daemon keeps for the owner of its folder. */
export async function ownerToken(home: string): Promise<string | undefined> {
  return (await readOrNothing(join(home, "owner.token")))?.trim();
}

/** Where a program on this machine reaches it; a daemon that listens everywhere also listens on loopback. */
export function urlOf({ scheme, host, port }: Pick<DaemonFile, "scheme" | "host" | "port">): string {
  const near = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return `${scheme}://${near}:${port}`;
}

/**
 * Whether a process of this user has the id. After a crash the file is stale, and whoever listens on that
 * port now must not be shown the owner's token.
 */
export function isOurs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half written by a daemon that was killed: it says nothing.
    return undefined;
  }
}
