import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects everything that can be collected, now, and shrinks the heap to what is left. Stops the thread for
 * some tens of milliseconds: for once after the start, whose garbage nothing would collect while nobody calls,
 * and after which the heap's young part stays as large as the start had made it.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
