import { Fault, type FaultView } from "../../protocol/fault.ts";
import type { UpstreamServer } from "./server.ts";

const troubles = new Set<string>(["upstream.unavailable", "upstream.lost", "upstream.silent", "upstream.unreadable"]);

/** Whether a fault speaks against the server, and not against what it was asked. */
export function isTrouble({ code }: FaultView): boolean {
  return troubles.has(code);
}

/** The server forgot the session before it looked at the request. */
export function isNotTaken(error: unknown): boolean {
  return error instanceof Fault && error.code === "upstream.lost" && error.retry.safe;
}

/** It said nothing for too long. */
export function silent({ name, startMs }: UpstreamServer, what: "start" | "answer"): Fault {
  const expected = what === "start" ? `expected it to be ready within ${startMs} ms` : "expected an answer in time";
  return new Fault("upstream.silent", `Cannot use ${name}: it said nothing, ${expected}`, {
    facts: { server: name },
    retrySafe: what === "start",
  });
}

/** Its entry is gone. */
export function removed(server: string): Fault {
  const message = `Cannot use ${server}: the settings name no such server, expected one of mcpServers`;
  return new Fault("upstream.removed", message, { facts: { server } });
}
