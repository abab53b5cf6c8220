import type { Child } from "../../core/processes/process-host.ts";
import { Fault } from "../../protocol/fault.ts";

/** A prompt and an input together may be more than may be pending at once. */
const pieceBytes = 64 * 1024;

/**
 * Writes what a command was given with its call, and closes its input behind `stdin` where there is one. A command need
 * not read its input: what it leaves is no failure of the call.
 */
export async function giveInput(child: Child, prompt: string, stdin: Uint8Array | undefined): Promise<void> {
  const given = Buffer.concat([Buffer.from(prompt), stdin ?? new Uint8Array()]);
  try {
    for (let at = 0; at < given.length; at += pieceBytes) await child.input(given.subarray(at, at + pieceBytes));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "process.gone") throw error;
  }
  if (stdin !== undefined) child.endInput();
}
