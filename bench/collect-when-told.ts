import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

// Loaded into whatever is measured, product and peers alike: what is garbage is no memory of a session.
if (isMainThread) {
  setFlagsFromString("--expose-gc");
  const collect: NodeJS.GCFunction = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  process.on("SIGUSR2", () => collect({ type: "major", execution: "sync", flavor: "last-resort" }));
}
