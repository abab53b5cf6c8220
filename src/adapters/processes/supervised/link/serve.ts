import type { SendHandle } from "node:child_process";
import { closeSync, readdirSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { SystemClock } from "../../../../base/clock.ts";
import { Supervisor } from "../supervisor.ts";
import type { WaySettings } from "../ways/find-way.ts";
import { lifeline } from "./fork-exec-host.ts";
import type { FromHost, ToHost } from "./messages.ts";
import { Serving } from "./serving.ts";

/** Runs until the lifeline ends, however it does; then every command is ended, and this process. */
export async function serve(): Promise<void> {
  closeInherited();
  // The daemon decides when commands end; what a service manager sends to all its processes is for the daemon.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  const alone = ended(lifeline);
  const settings = JSON.parse(process.argv[2] ?? "{}") as WaySettings;
  const supervisor = await Supervisor.open(settings, new SystemClock());
  const serving = new Serving({ supervisor, send });
  process.on("message", (message: ToHost) => void serving.take(message));
  await alone;
  await supervisor[Symbol.asyncDispose]().finally(() => process.exit());
}

async function ended(descriptor: number): Promise<void> {
  const line = new Socket({ fd: descriptor });
  const closed = new Promise((resolve) => line.once("close", resolve));
  line.on("error", () => {}).resume();
  await closed;
}

function send(message: FromHost, pipe?: unknown): void {
  if (process.connected) process.send?.(message, pipe as SendHandle | undefined, {}, () => {});
}

/**
 * Descriptors that whoever started the daemon left open, and that every command would inherit. Node opens its own
 * so that no program inherits them, and that tells them apart.
 */
function closeInherited(): void {
  if (process.platform !== "linux") return;
  const closedOnExec = 0o2000000;
  for (const name of readdirSync("/proc/self/fdinfo")) {
    const descriptor = Number(name);
    if (descriptor > 2 && (flagsOf(descriptor) & closedOnExec) === 0) closeSync(descriptor);
  }
}

/** Of one that is gone again, as the listing's own is, those of one that no program inherits. */
function flagsOf(descriptor: number): number {
  try {
    const [, flags = ""] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1")) ?? [];
    return Number.parseInt(flags, 8);
  } catch {
    return -1;
  }
}
