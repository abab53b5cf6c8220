import type { Role } from "../../../protocol/access-methods.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Way } from "../process-host.ts";
import type { NamedCommand } from "./command.ts";

/** Who asks for a command, and how this daemon confines them. */
export interface Circumstances {
  role: Role;
  way: Way;
  /** No command runs in a worse way. Absent, what nothing confines is for the owner alone. */
  leastWay: Way | undefined;
}

const quality: Readonly<Record<Way, number>> = { A: 2, B: 1, C: 0 };
const setting = "EXAI_EXEC_MIN_CONFINEMENT";

/** Why this caller may run no command at all; what nothing confines can read what the daemon's user can. */
export function refusalOfAny({ role, way, leastWay }: Circumstances): Fault | undefined {
  if (leastWay !== undefined && !isAtLeast(way, leastWay)) {
    const message = `Cannot run a command: here they are confined in way ${way}, expected ${leastWay} or better, as ${setting} says`;
    return new Fault("process.refused", message, { facts: { setting, way, least: leastWay } });
  }
  if (way !== "C" || role === "owner" || leastWay === "C") return undefined;
  const message = `Cannot run a command: here they are confined in way ${way}, which keeps no secret of the daemon from them`;
  return new Fault("process.refused", `${message}, expected the owner or ${setting}=C`, { facts: { setting } });
}

/**
 * Why this caller may not run this command: it asks for better confinement, where the owner may still run what
 * `EXAI_EXEC_ALLOW` lists, or it is for the owner alone.
 */
export function refusalOf(
  command: Pick<NamedCommand, "id" | "least" | "for" | "pass" | "directories">,
  { role, way }: Circumstances,
  how: "listed" | "unlisted",
): Fault | undefined {
  const { id, least } = command;
  if (role !== "owner" && isOwners(command)) {
    const message = `Cannot run ${id}: it has credentials or files that all who run it would share, expected the owner, or "for": "everybody" in its entry`;
    return new Fault("process.refused", message, { facts: { command: id } });
  }
  if (isAtLeast(way, least) || (role === "owner" && how === "listed")) return undefined;
  const message = `Cannot run ${id}: here commands are confined in way ${way}, expected ${least} or better, or the owner and EXAI_EXEC_ALLOW with its name`;
  return new Fault("process.refused", message, { facts: { command: id, way, least } });
}

function isOwners({ for: whom, pass, directories }: Pick<NamedCommand, "for" | "pass" | "directories">): boolean {
  return whom === undefined ? pass.length + directories.length > 0 : whom === "owner";
}

function isAtLeast(way: Way, least: Way): boolean {
  return quality[way] >= quality[least];
}
