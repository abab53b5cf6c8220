import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../test/promise.ts";
import { ownEnvironment } from "../../test/support/daemon.ts";

const program = join(import.meta.dirname, "../../test/programs/rejects-unheard.ts");

promise(
  "say.no-swallow",
  "a rejection that nobody takes is a bug in the log, with its stack, and the daemon goes on; an exception ends it",
  async () => {
    const home = await mkdtemp(join(tmpdir(), "exai-unheard-"));
    const env = { ...ownEnvironment(), EXAI_HOME: home, EXAI_WS_PORT: "0" };
    const daemon = fork(program, { env, stdio: ["ignore", "pipe", "ignore", "ipc"] });
    const gone = once(daemon, "exit").then(([code]) => `ended with ${code}`);
    const said = Promise.withResolvers<string>();
    daemon.stdout?.on("data", (bytes: Buffer) => said.resolve(bytes.toString()));
    const [, url = ""] = /listens on (\S+)/.exec(await Promise.race([said.promise, gone])) ?? [];
    const log = () => readFile(join(home, "logs/exai.log"), "utf8");
    daemon.send("reject");
    await Promise.race([gone, expect.poll(log).toMatch(/"a bug"/)]);
    expect(await log()).toMatch(/nobody takes this.*rejects-unheard\.ts/);
    expect((await fetch(`${url}/healthz`, { headers: { connection: "close" } })).status).toBe(200);
    daemon.send("throw");
    expect(await gone).toBe("ended with 1");
    await rm(home, { recursive: true });
  },
);
