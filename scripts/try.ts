import { join } from "node:path";
import WebSocket from "ws";
import { connect } from "../src/client/client.ts";
import { socketPath } from "../src/protocol/methods.ts";
import { type DaemonProcess, startDaemon } from "../test/support/daemon.ts";
import { tryCommand } from "./try/command.ts";
import { tryCrash } from "./try/crash.ts";
import { findModel, tryModel } from "./try/model.ts";
import { check, elapsedText, heading, Off } from "./try/report.ts";

// The main job on real input, checked as it goes; anything that is off ends it with an exit code of 1.
const root = join(import.meta.dirname, "..");
const longestMs = 110_000;
let opened: DaemonProcess | undefined;
const tooLong = setTimeout(() => void giveUp(`not done after ${longestMs / 1000} s`), longestMs);
process.once("SIGINT", () => void giveUp("interrupted"));

try {
  await tryAll();
  console.log(`\nAll of it held, in ${elapsedText()}. Next: npm start, then npm run -s exai -- --help`);
} catch (error) {
  console.error(`\n✗ ${error instanceof Off ? `this should hold, and does not: ${error.message}` : String(error)}`);
  process.exitCode = 1;
} finally {
  clearTimeout(tooLong);
}

async function tryAll(): Promise<void> {
  heading("A daemon on a free port, with a fresh data folder");
  const model = await findModel();
  await using daemon = await startDaemon({ env: { ...model?.env, EXAI_EXEC_ALLOW: "find,sh", EXAI_ROOTS: root } });
  opened = daemon;
  check(true, `${daemon.url}, process ${daemon.pid}, data in ${daemon.home}`);
  const url = new URL(socketPath, daemon.url.replace("http", "ws")).href;
  await using client = connect({
    url,
    token: daemon.token,
    client: { name: "try", version: "1" },
    socket: (address, protocols) => new WebSocket(address, protocols, { perMessageDeflate: false }),
  });
  await tryCommand(client, daemon, root);
  await tryCrash(client, daemon, root);
  await tryModel(client, model);
  heading("The end");
  check((await daemon.stop()) === 0, "SIGTERM: the daemon drained and exited with 0");
}

/** Leaves nothing behind, whatever hangs. */
async function giveUp(why: string): Promise<void> {
  console.error(`\n✗ ${why}`);
  await opened?.[Symbol.asyncDispose]();
  process.exit(1);
}
