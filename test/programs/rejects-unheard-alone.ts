import { openStandalone } from "../../src/daemon/standalone.ts";

/** A standalone core that does on a word of its parent's what no part of it may do, or ends. */
const { env } = process;
const core = await openStandalone({
  env,
  version: "0",
  cwd: process.cwd(),
  send: async () => {},
  onEnd: () => {},
  note: () => {},
});
process.on("message", (how) => {
  if (how === "reject") void Promise.reject(new Error("nobody takes this"));
  else void core[Symbol.asyncDispose]().then(() => process.disconnect?.());
});
process.send?.("ready");
