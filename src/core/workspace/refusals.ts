import { Fault } from "../../protocol/fault.ts";
import type { Scope } from "./scope.ts";

/** What a path leads to is not the caller's to name. */
export function outside(path: string, { roots }: Scope): Fault {
  const why =
    roots.length === 0
      ? "no root is allowed, expected a token with one"
      : `it lies outside the allowed roots, expected one inside ${roots.join(", ")}`;
  return new Fault("workspace.outside", `Cannot use ${quoted(path)}: ${why}`, { facts: { path, roots } });
}

/** `workspace.outside`: nothing is made below a `.git`, whatever the roots are. */
export function ofGit(path: string): Fault {
  const message = `Cannot make ${quoted(path)}: git keeps its own there and runs some of it, expected a place outside .git`;
  return new Fault("workspace.outside", message, { facts: { path } });
}

/** `reason` is a fact about the path, or the system's code for it. */
export function unreadable(path: string, reason: string, expected: string): Fault {
  const message = `Cannot use ${quoted(path)}: ${sentences[reason] ?? reason}, expected ${expected}`;
  return new Fault("workspace.unreadable", message, { facts: { path, reason } });
}

/** For what the system answered to an attempt; anything that is no such answer is thrown on as it is. */
export function refusedBySystem(path: string, error: unknown, expected: string): Fault {
  if (error instanceof Fault || !(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    throw error;
  return unreadable(path, error.code, expected);
}

/** `workspace.too-large`, of one file or of all up to it. */
export function tooLarge(path: string, { bytes, maxBytes }: { bytes: number; maxBytes: number }): Fault {
  const message = `Cannot read ${quoted(path)}: it has ${bytes} bytes, expected at most ${maxBytes}`;
  return new Fault("workspace.too-large", message, { facts: { path, bytes, maxBytes } });
}

/** `what` names the kind of secret, never the secret. */
export function secret(path: string, { what, line }: { what: string; line?: number }): Fault {
  const where = line === undefined ? `its name is that of ${what}` : `line ${line} holds what looks like ${what}`;
  return new Fault("workspace.secret", `Cannot read ${quoted(path)}: ${where}, expected a file without secrets`, {
    facts: { path, what, ...(line === undefined ? {} : { line }) },
  });
}

/** What the codes of the system mean; others are told as they are. */
const sentences: Readonly<Record<string, string>> = {
  ENOENT: "there is nothing of that name",
  ENOTDIR: "something on the way is no directory",
  EACCES: "the daemon's user may not",
  EPERM: "the daemon's user may not",
  EEXIST: "there is something of that name already",
  ENAMETOOLONG: "a name in it is too long",
  ELOOP: "it leads through too many links",
};

function quoted(path: string): string {
  return JSON.stringify(path);
}
