import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../test/promise.ts";
import { ownEnvironment } from "../../test/support/daemon.ts";

const program = join(import.meta.dirname, "../../test/programs/rejects-unheard-alone.ts");

promise(
  "say.no-swallow",
  "a rejection that nobody takes is a bug in the log of a standalone server too, which goes on until its end",
  async () => {
    const home = await mkdtemp(join(tmpdir(), "exai-alone-"));
    const alone = fork(program, {
      env: { ...ownEnvironment(), EXAI_HOME: home },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const gone = once(alone, "exit").then(([code]) => `ended with ${code}`);
    expect(await Promise.race([once(alone, "message"), gone])).toEqual(["ready", undefined]);
    alone.send("reject");
    const log = () => readFile(join(home, "logs/exai.log"), "utf8");
    await Promise.race([gone, expect.poll(log).toMatch(/"a bug"/)]);
    expect(await log()).toMatch(/nobody takes this.*rejects-unheard-alone\.ts/);
    alone.send("end");
    expect(await gone).toBe("ended with 0");
    await rm(home, { recursive: true });
  },
);
