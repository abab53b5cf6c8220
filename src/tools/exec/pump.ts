import type { OutputWriter } from "../../core/processes/output-log.ts";
import type { Child } from "../../core/processes/process-host.ts";
import { CHANNEL } from "../../protocol/frames.ts";

const writesUnderWay = 8;

/** Bytes from the pipes to the log, a few writes under way: what the log does not take waits in the pipe. */
export async function pump(child: Child, log: OutputWriter): Promise<"ok" | "overflow"> {
  const underWay: ReturnType<OutputWriter["write"]>[] = [];
  for await (const { channel, bytes } of child.output()) {
    const write = log.write(CHANNEL[channel], bytes);
    // Each is awaited in its turn; until then a failure is not unhandled.
    write.catch(() => {});
    underWay.push(write);
    if (underWay.length >= writesUnderWay && (await underWay.shift()) === "overflow") return "overflow";
  }
  return (await Promise.all(underWay)).includes("overflow") ? "overflow" : "ok";
}
