import { OutputCursor } from "../../core/processes/output-cursor.ts";
import type { LogView, OutputLog } from "../../core/processes/output-log.ts";
import type { ProcessExit } from "../../core/processes/process-host.ts";
import type { CallId } from "../../protocol/ids.ts";

const tailBytes = 4096;

export async function lastOutput(outputs: OutputLog, call: CallId, view: LogView): Promise<string> {
  const from = Math.max(view.base, view.end - tailBytes);
  const decoder = new TextDecoder();
  let text = "";
  using cursor = new OutputCursor({ outputs, call, offset: from, onMore: () => {} });
  for (;;) {
    const step = await cursor.read(tailBytes);
    if (step.kind !== "data") break;
    using excerpt = step.excerpt;
    for (const piece of excerpt.pieces)
      if (piece.kind === "data") text += decoder.decode(piece.bytes, { stream: true });
  }
  text += decoder.decode();
  return from === 0 ? text : `(its last lines)\n${text.slice(text.indexOf("\n") + 1)}`;
}

export function described({ code, signal }: ProcessExit, { end }: LogView): string {
  const ending = signal === null ? `Exited with code ${code}` : `Ended by ${signal}`;
  return `${ending}; wrote ${end} bytes.`;
}
