import { setTimeout as wait } from "node:timers/promises";
import type { CallHandle } from "../client/call-handle.ts";
import { OutcomeUnknown } from "../client/outcome-unknown.ts";
import { Fault, type FaultCode } from "../protocol/fault.ts";
import type { Shell } from "./shell.ts";

const fullPauseMs = 20;
/** The program has ended, or has closed its input: nobody reads what is left, as in a pipe. */
const unread: readonly FaultCode[] = ["process.gone", "call.ended", "call.unknown", "client.disconnected"];

/** Passes stdin on to a call's program, no faster than it is read, and its end where that is wanted. */
export async function feedInput(
  { stdin, screen }: Shell,
  handle: CallHandle,
  { atEnd }: { atEnd: "close" | "leave" },
): Promise<void> {
  try {
    for await (const bytes of stdin) await feed(handle, bytes);
    if (atEnd === "close") await handle.end();
  } catch (error) {
    if (error instanceof Fault && unread.includes(error.code)) return;
    // Closed by us, because the call has ended.
    if (stdin.destroyed && !(error instanceof OutcomeUnknown)) return;
    screen.note(error instanceof Error ? error.message : String(error));
    // Half an input is none.
    await handle.control("cancel");
  }
}

async function feed(handle: CallHandle, bytes: Uint8Array): Promise<void> {
  for (;;) {
    try {
      await handle.input(bytes);
      return;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "process.input-full") throw error;
      await wait(error.retry.afterMs ?? fullPauseMs);
    }
  }
}
