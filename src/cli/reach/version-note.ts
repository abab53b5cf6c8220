import { ownCommand, ownVersion } from "../version.ts";
import type { Place } from "./place.ts";

/** What to say where the daemon is not of this program's version. */
export function versionNote(daemon: string, kind: Place["kind"]): string | undefined {
  const own = ownVersion();
  if (daemon === own) return undefined;
  const next = kind === "local" ? `: \`${ownCommand} restart\` starts the one that belongs to this program` : "";
  return `this is exai ${own}, the daemon is ${daemon}${next}`;
}
