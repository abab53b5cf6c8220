import type { LogView, OutputLog } from "../../core/processes/output-log.ts";
import type { ProcessExit } from "../../core/processes/process-host.ts";
import type { CallId } from "../../protocol/ids.ts";

const tailBytes = 4096;

export async function lastOutput(outputs: OutputLog, call: CallId, view: LogView): Promise<string> {
  const from = Math.max(view.base, view.end - tailBytes);
  const decoder = new TextDecoder();
  let text = "";
  for (let at = from; at < view.end; ) {
    const pieces = await outputs.read(call, at, view.end - at);
    if (pieces.length === 0) break;
    for (const piece of pieces) {
      if (piece.kind === "data") text += decoder.decode(piece.bytes, { stream: true });
      at = piece.kind === "data" ? piece.offset + piece.bytes.length : piece.to;
    }
  }
  text += decoder.decode();
  return from === 0 ? text : `(its last lines)\n${text.slice(text.indexOf("\n") + 1)}`;
}

export function described({ code, signal }: ProcessExit, { end }: LogView): string {
  const ending = signal === null ? `Exited with code ${code}` : `Ended by ${signal}`;
  return `${ending}; wrote ${end} bytes.`;
}
