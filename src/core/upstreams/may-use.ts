import { Fault } from "../../protocol/fault.ts";
import { type Circumstances, refusalOfAny } from "../processes/commands/may-run.ts";
import { isProgram, type UpstreamServer } from "./server.ts";

const ways = ["C", "B", "A"] as const;

/**
 * Why this user may not have this server: what nothing confines is for the owner alone, as commands are, and so is
 * what would let its users share credentials or directories; `undefined` where nothing speaks against it.
 */
export function refusalOfServer(server: UpstreamServer, circumstances: Circumstances): Fault | undefined {
  const { name } = server;
  const facts = { server: name };
  if (circumstances.role !== "owner" && isOwners(server)) {
    const message = `Cannot use ${name}: its users would share its credentials or directories, expected the owner, or "for": "everybody" in its entry`;
    return new Fault("auth.scope", message, { facts });
  }
  if (!isProgram(server)) return undefined;
  const { way } = circumstances;
  if (ways.indexOf(way) >= ways.indexOf(server.least)) return refusalOfAny(circumstances);
  const message = `Cannot use ${name}: here programs are confined in way ${way}, expected ${server.least} or better`;
  return new Fault("process.refused", message, { facts: { ...facts, way, least: server.least } });
}

function isOwners(server: UpstreamServer): boolean {
  if (server.for !== undefined) return server.for === "owner";
  if (!isProgram(server))
    return server.token !== undefined || server.oauth !== undefined || Object.keys(server.headers).length > 0;
  return Object.keys(server.env).length + server.pass.length + server.directories.length > 0;
}
