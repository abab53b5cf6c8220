import type { Transport } from "@modelcontextprotocol/client";
import type { Fault } from "../../../protocol/fault.ts";

/** The way to a server, before anybody speaks on it. Disposing ends it and waits until nothing of it lives. */
export interface Link extends AsyncDisposable {
  readonly transport: Transport;
  /** Settles once it is over, with why; with none where it was disposed. */
  readonly ended: Promise<Fault | undefined>;
  /** Ends it for a reason. */
  fail(fault: Fault): void;
}

/** Why it is over, where that is known by now. */
export async function endOf({ ended }: Pick<Link, "ended">): Promise<Fault | undefined> {
  return await Promise.race([ended, Promise.resolve(undefined)]);
}
