import { CHANNEL } from "../../protocol/frames.ts";
import type { OutputWriter } from "./output-log.ts";
import type { OutputChunk } from "./process-host.ts";

/** Many tiny chunks are as good as a few large ones. */
const writesUnderWay = 256;

/** Bytes from the pipes to the log, as many on their way as the log says: what it does not take waits in the pipe. */
export async function pumpOutput(chunks: AsyncIterable<OutputChunk>, log: OutputWriter): Promise<"ok" | "overflow"> {
  const underWay: { bytes: number; done: ReturnType<OutputWriter["write"]> }[] = [];
  let bytesUnderWay = 0;
  for await (const { channel, bytes } of chunks) {
    const done = log.write(CHANNEL[channel], bytes);
    // Each is awaited in its turn; until then a failure is not unhandled.
    done.catch(() => {});
    underWay.push({ bytes: bytes.length, done });
    bytesUnderWay += bytes.length;
    while (bytesUnderWay >= log.aheadBytes || underWay.length >= writesUnderWay) {
      const first = underWay.shift();
      bytesUnderWay -= first?.bytes ?? 0;
      if ((await first?.done) === "overflow") return "overflow";
    }
  }
  return (await Promise.all(underWay.map(({ done }) => done))).includes("overflow") ? "overflow" : "ok";
}
