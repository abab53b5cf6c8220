import type { ChildProcess } from "node:child_process";

/** Resolves with the reason where no process came to be; later ones are signals that found nobody. */
export function failureOf(started: ChildProcess): Promise<Error> {
  const failed = new Promise<Error>((resolve) => started.once("error", resolve));
  started.on("error", () => {});
  return failed;
}
