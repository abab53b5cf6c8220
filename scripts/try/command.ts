import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Client } from "../../src/client/client.ts";
import type { DaemonProcess } from "../../test/support/daemon.ts";
import { check, heading, note, Off, progress } from "./report.ts";
import { Seen } from "./seen.ts";

const places = ["src", "test", "scripts", "docs"];
const lister = ["find", ...places, "-type", "f", "-exec", "cksum", "{}", ";"];
const tries = 3;
const standsMs = 1000;

/** A real command over this repository: streamed, paused, resumed, and compared byte for byte. */
export async function tryCommand(client: Client, daemon: DaemonProcess, root: string): Promise<void> {
  heading(`A command over this repository: ${lister.join(" ")}`);
  const seen = await pausedCommand(client, root);
  await standsStill(seen);
  const { phase } = await client.request("call.get", { call: seen.handle.id }, new AbortController().signal);
  check(phase === "paused", `paused: the counter stands still at ${seen.bytes} bytes for ${standsMs / 1000} s`);
  await seen.handle.control("resume");
  const showing = setInterval(() => progress(`${seen.bytes} bytes`), 100);
  const view = await seen.ended.finally(() => clearInterval(showing));
  check(view.phase === "succeeded", `resumed: it ran to its end, ${seen.bytes} bytes`);
  const kept = await keptOutput(daemon, seen.handle.id);
  const hash = seen.hash();
  const isSame = createHash("sha256").update(kept).digest("hex") === hash;
  check(isSame, `what was streamed and what is kept have the same SHA-256, ${hash.slice(0, 16)}…`);
  const { stdout } = await promisify(execFile)("cksum", ["src/protocol/fault.ts"], { cwd: root });
  check(kept.includes(stdout), `it is true: ${stdout.trim()}`);
  check(seen.isWhole, `its ${seen.seqs.length} events came once each, in order`);
}

/** Pauses as soon as the first bytes are here; a machine on which it has ended by then gets another go. */
async function pausedCommand(client: Client, root: string): Promise<Seen> {
  const { signal } = new AbortController();
  for (let go = 1; ; go++) {
    const handle = await client.start(
      "exec",
      { input: { argv: lister, cwd: root }, follow: true, fresh: true },
      signal,
    );
    const seen = new Seen(handle);
    await seen.atLeast(1);
    const { phase } = await handle.control("pause");
    if (phase === "paused") {
      check(seen.bytes > 0, `it runs: ${seen.bytes} bytes are here already`);
      return seen;
    }
    note(`it was ${phase} before it could be paused`);
    check(go < tries, "it can be paused");
  }
}

/** What was written before the pause is on its way, for as long as a busy machine takes. */
async function standsStill(seen: Seen): Promise<void> {
  for (let before = -1; before !== seen.bytes; ) {
    before = seen.bytes;
    await wait(standsMs);
  }
}

async function keptOutput(daemon: DaemonProcess, call: string): Promise<Buffer> {
  const pages: Buffer[] = [];
  const headers = { authorization: `Bearer ${daemon.token}` };
  for (let offset = 0; ; ) {
    const answer = await fetch(`${daemon.url}/api/v1/calls/${call}/output?offset=${offset}`, { headers });
    if (!answer.ok) throw new Off(`the kept output can be read at ${offset}`);
    pages.push(Buffer.from(await answer.arrayBuffer()));
    offset = Number(answer.headers.get("exai-next-offset"));
    if (answer.headers.get("exai-complete") === "true") return Buffer.concat(pages);
  }
}
