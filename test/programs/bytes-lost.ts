import type { ProcessHost, TerminalSize } from "../../src/core/processes/process-host.ts";
import type { CallId } from "../../src/protocol/ids.ts";
import { Reading } from "./programs.ts";

const written = 300_000;

/** How many are missing of 300,000 bytes that a command writes right before its end; negative where there are more. */
export async function bytesLost(host: ProcessHost, root: string, tty?: TerminalSize): Promise<number> {
  const argv: [string, ...string[]] = ["/bin/sh", "-c", `head -c ${written} /dev/zero | tr '\\0' x`];
  const spec = { call: "call-1" as CallId, argv, cwd: root, env: { PATH: "/usr/bin:/bin" } };
  const reach = { roots: [root], network: false };
  await using child = await host.start({ ...spec, reach, ...(tty && { tty }) }, new AbortController().signal);
  const reading = new Reading(child);
  await reading.rest();
  const { code, drained } = await child.exited;
  if (code !== 0 || !drained) throw new Error(`Expected a plain end, found code ${code}, drained ${drained}`);
  return written - reading.bytes("stdout").length;
}
