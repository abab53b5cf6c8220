import type { Client } from "../../src/client/client.ts";
import { isAlive } from "../../test/programs/programs.ts";
import type { DaemonProcess } from "../../test/support/daemon.ts";
import { check, heading, progress } from "./report.ts";
import { Seen } from "./seen.ts";

const delayMs = 3000;
const texts = ["one", "two", "three"];
/** Says who it is, then goes on for ever. */
const endless = ["sh", "-c", "echo $$; while :; do echo still here; sleep 0.1; done"];

/** kill -9 in the middle of four calls: what became of them is told by the same client, which lost its daemon meanwhile. */
export async function tryCrash(client: Client, daemon: DaemonProcess, root: string): Promise<void> {
  heading("kill -9 in the middle");
  const { signal } = new AbortController();
  const options = { follow: true };
  const start = async (tool: string, input: Record<string, unknown>) =>
    new Seen(await client.start(tool, { input, ...options }, signal));
  const echoes = await Promise.all(texts.map((text) => start("echo", { text, delayMs })));
  const command = await start("exec", { argv: endless, cwd: root });
  await command.atLeast(1);
  const pid = Number.parseInt(command.text, 10);
  check(isAlive(pid), `four calls run, one of them the command with process id ${pid}`);
  const { pid: killed } = daemon;
  await daemon.kill("SIGKILL");
  check(!isAlive(killed), `the daemon (process ${killed}) is killed with SIGKILL`);
  await daemon.restart();
  check(!isAlive(pid), `the next daemon (process ${daemon.pid}) has ended what the command left behind`);
  progress("the calls go on");
  const views = await Promise.all(echoes.map((echo) => echo.ended));
  const answers = views.map(({ result }) => result?.content);
  check(answers.join() === texts.join(), `the calls that can go on went on and answered ${answers.join(", ")}`);
  const { phase, fault } = await command.ended;
  check(phase === "failed" && fault?.code === "call.interrupted", `the command is told as ${phase}: ${fault?.code}`);
  const all = [...echoes, command];
  const count = all.reduce((sum, { seqs }) => sum + seqs.length, 0);
  check(
    all.every(({ isWhole }) => isWhole),
    `all ${count} events of the four calls came once each, in order, each call with one ending`,
  );
  await nothingRuns(client, signal);
}

async function nothingRuns(client: Client, signal: AbortSignal): Promise<void> {
  const { permits, phases } = await client.request("status.get", {}, signal);
  const held = Object.values(permits).reduce((sum, permit) => sum + permit.held + permit.waiting, 0);
  const running = Object.values(phases).reduce((sum, count) => sum + count, 0);
  check(held === 0 && running === 0, "nothing runs any more: no call, no permit, no process");
}
