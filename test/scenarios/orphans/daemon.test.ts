import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type WebSocket from "ws";
import { Fault } from "../../../src/protocol/fault.ts";
import { readiness as readinessSchema } from "../../../src/protocol/readiness.ts";
import { execHostOf } from "../../programs/programs.ts";
import { waysHere } from "../../programs/ways.ts";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { ask } from "../http-door.ts";
import { clientOf, never } from "../socket-client.ts";
import { Sleeper } from "./shapes.ts";

const { present } = process.platform === "linux" ? await waysHere() : { present: [] };

describe.each(present)("a daemon whose commands run in way %s", (way) => {
  let folder: string;
  let daemon: DaemonProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "exai-left-"));
    await mkdir(join(folder, "work"));
    // A root may be named by a link.
    await symlink("work", join(folder, "root"));
    const env = { EXAI_EXEC_ALLOW: "sh", EXAI_ROOTS: join(folder, "root"), EXAI_EXEC_CONFINEMENT: way };
    daemon = await startDaemon({ env: { ...env, EXAI_DISCONNECT_GRACE_SECS: "1" } });
  });

  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  promise(
    ["leak.process", "proc.disconnect"],
    "leaves nothing of any shape of command once its client has vanished",
    async () => {
      // In way C one that kills its supervisor ends the others with it, and one that drops everything is out of reach.
      const last = way === "C" ? (["double"] as const) : (["double", "clean", "killsup"] as const);
      for (const batch of [["direct", "child", "group", "setsid"] as const, last]) {
        const sleepers = batch.map((shape) => new Sleeper(shape));
        await using _ended = { [Symbol.asyncDispose]: async () => sleepers.forEach((sleeper) => void sleeper.end()) };
        await startAndVanish(daemon, sleepers);
        for (const sleeper of sleepers) await expect.poll(() => sleeper.living()).toEqual([]);
      }
    },
  );

  promise("leak.process", "tells a call whose supervisor was killed that it is lost, and runs the next", async () => {
    await using client = clientOf(daemon);
    const sleeper = new Sleeper("setsid");
    await using _ended = { [Symbol.asyncDispose]: async () => sleeper.end() };
    const call = await persistently(() => client.start("exec", { input: inputOf(sleeper), follow: true }, never));
    await expect.poll(() => sleeper.hasBegun()).toBe(true);
    process.kill(execHostOf(daemon.pid) ?? Number.NaN, "SIGKILL");
    expect(await call.result()).toMatchObject({ phase: "failed", fault: { code: "process.host-lost" } });
    expect(sleeper.living()).toEqual([]);
    const types: string[] = [];
    for await (const event of call.events) types.push("type" in event ? event.type : "gap");
    expect(types.slice(-2)).toEqual(["process.exited", "call.failed"]);
    const next = await persistently(() => client.start("exec", { input: { argv: ["sh", "-c", "exit 3"] } }, never));
    expect(await next.result()).toMatchObject({ phase: "succeeded", result: { data: { code: 3 } } });
  });

  promise("say.health", "is not ready while the process that supervises commands does not answer", async () => {
    const readiness = async () => {
      const response = await ask(daemon, "/readyz");
      return { http: response.status, supervisor: readinessSchema.parse(await response.json()).detail.supervisor };
    };
    await expect.poll(readiness).toEqual({ http: 200, supervisor: "ok" });
    const host = execHostOf(daemon.pid) ?? Number.NaN;
    process.kill(host, "SIGSTOP");
    expect(await readiness()).toEqual({ http: 503, supervisor: expect.stringContaining("silent") });
    process.kill(host, "SIGCONT");
    await expect.poll(readiness).toEqual({ http: 200, supervisor: "ok" });
  });
});

async function startAndVanish(daemon: DaemonProcess, sleepers: readonly Sleeper[]): Promise<void> {
  const sockets: WebSocket[] = [];
  await using client = clientOf(daemon, (socket) => void sockets.push(socket));
  for (const sleeper of sleepers)
    await persistently(() => client.start("exec", { input: inputOf(sleeper), follow: true }, never));
  await expect.poll(() => sleepers.every((sleeper) => sleeper.hasBegun())).toBe(true);
  for (const socket of sockets) socket.terminate();
}

function inputOf({ argv }: Sleeper) {
  return { argv: ["sh", ...argv.slice(1)] };
}

/** A machine that is busy with other tests may refuse for a moment. */
async function persistently<T>(start: () => Promise<T>): Promise<T> {
  const started: T[] = [];
  const attempt = async () => {
    try {
      started.push(await start());
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "admission.overloaded") throw error;
    }
    return started.length;
  };
  await expect.poll(attempt).toBe(1);
  const [first] = started;
  if (first === undefined) throw new Error("Nothing was started");
  return first;
}
