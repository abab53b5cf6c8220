import { spawnSync } from "node:child_process";
import type { CallHandle } from "../client/call-handle.ts";
import { Fault } from "../protocol/fault.ts";
import type { Shell } from "./shell.ts";

/**
 * Gives this terminal to a call's program until it is disposed: keys go through as they are, Ctrl-C too, and its size
 * follows. What the program shows goes through as it is too. Without a terminal on stdin nothing changes here.
 */
export function lendTerminal({ stdin, screen }: Shell, handle: CallHandle): Disposable {
  stdin.setRawMode?.(true);
  // Node leaves on what turns line ends into two characters, and the program's own terminal has done so already.
  if (stdin.isTTY) spawnSync("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] });
  const resizing = screen.onResize(() => {
    handle.resize(screen.size).catch((error: unknown) => {
      // A program that ended meanwhile has no terminal; the size of one is no reason to end a call.
      if (!(error instanceof Fault)) screen.note(String(error));
    });
  });
  return {
    [Symbol.dispose]() {
      resizing[Symbol.dispose]();
      stdin.setRawMode?.(false);
    },
  };
}
