import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { Child } from "../../core/processes/process-host.ts";
import { pumpOutput } from "../../core/processes/pump-output.ts";

/** Bytes from the pipes to the log. */
export async function pump(child: Pick<Child, "output">, log: OutputWriter): Promise<"ok" | "overflow"> {
  return await pumpOutput(child.output(), log);
}
