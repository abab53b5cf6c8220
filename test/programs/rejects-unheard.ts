import { main } from "../../src/daemon/main.ts";

/** A daemon that does on a word of its parent's what no part of it may do. */
process.on("message", (how) => {
  if (how === "reject") void Promise.reject(new Error("nobody takes this"));
  else
    setImmediate(() => {
      throw new Error("nobody catches this");
    });
});
const { env, stdout, stderr } = process;
process.exitCode = await main({ env, version: "0", command: "exai", stdout, stderr });
process.disconnect?.();
