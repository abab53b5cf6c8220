import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { bytesLost } from "../../../../test/programs/bytes-lost.ts";
import { Reading } from "../../../../test/programs/programs.ts";
import { readable, waysHere } from "../../../../test/programs/ways.ts";
import { promise } from "../../../../test/promise.ts";
import { cgroupsOf } from "../../../../test/support/cgroups.ts";
import { SystemClock } from "../../../base/clock.ts";
import type { Child, ProcessHost, TerminalSize } from "../../../core/processes/process-host.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { openLocalProcessHost } from "./local-process-host.ts";

const clock = new SystemClock();
const never = new AbortController().signal;
const size = { rows: 30, cols: 90 };
const { present } = process.platform === "linux" ? await waysHere() : { present: [] };
let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-terminal-"));
  root = await mkdtemp(join(tmpdir(), "exai-root-"));
  // Commands may run as another user.
  await chmod(root, 0o777);
});

afterEach(async () => {
  expect(await cgroupsOf(folder), "cgroups left behind").toEqual([]);
  for (const path of [folder, root]) await rm(path, { recursive: true });
});

describe.each(present)("a terminal in way %s", (way) => {
  const open = () => openLocalProcessHost({ folder, clock, among: [way], readable });

  function start(host: ProcessHost, script: string, tty?: TerminalSize): Promise<Child> {
    const argv = ["/bin/sh", "-c", script, "sh", "it's", '"$HOME"'] as const;
    const env = { PATH: "/usr/bin:/bin", SHELL: "/bin/own" };
    const spec = { call: "call-1" as CallId, argv: [...argv] as [string, ...string[]], cwd: root, env };
    return host.start({ ...spec, reach: { roots: [root], network: false }, ...(tty && { tty }) }, never);
  }

  promise(
    "proc.control",
    "a command sees one, of the size that it was given, and its arguments unchanged",
    async () => {
      await using host = await open();
      await using child = await start(host, 'test -t 0 && test -t 1 && test -t 2 && stty size; echo "$@" $SHELL', size);
      const reading = new Reading(child);
      await reading.rest();
      expect(reading.bytes("stdout").toString()).toBe('30 90\r\nit\'s "$HOME" /bin/own\r\n');
      expect(await child.exited).toMatchObject({ code: 0, drained: true });
    },
  );

  promise("proc.control", "a new size reaches the command, which is told; a pipe has none", async () => {
    await using host = await open();
    await using child = await start(host, "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done", size);
    const reading = new Reading(child);
    await reading.until(/ready/);
    expect(await child.resize({ rows: 44, cols: 111 })).toBe("done");
    await reading.until(/44 111/);
    await child.cancel({ graceMs: 0 });
    expect(await child.resize(size)).toBe("gone");
    await using piped = await start(host, "exit 0");
    await expect(piped.resize(size)).rejects.toMatchObject({ code: "process.no-terminal" });
  });

  promise("proc.control", "what is typed is echoed and read, and Ctrl-C interrupts", async () => {
    await using host = await open();
    await using child = await start(
      host,
      "trap 'echo interrupted; exit 9' INT; read line; echo got $line; read more",
      size,
    );
    const reading = new Reading(child);
    await child.input(Buffer.from("typed\n"));
    await reading.until(/typed\r\ngot typed\r\n/);
    await child.input(Buffer.from("\x03"));
    await reading.until(/interrupted/);
    expect(await child.exited).toMatchObject({ code: 9, signal: null });
  });

  promise("proc.cancel-order", "asked to end, the command in it has its grace and its own exit", async () => {
    await using host = await open();
    await using child = await start(
      host,
      "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.02; done",
      size,
    );
    const reading = new Reading(child);
    await reading.until(/ready/);
    expect(await child.cancel({ graceMs: 60_000 })).toMatchObject({ code: 7, signal: null });
    await reading.until(/bye/);
  });

  promise("proc.output", "however a command in it ends, it shows what it wrote and not a byte more", async () => {
    await using host = await open();
    for (const graceMs of [60_000, 0]) {
      await using child = await start(host, "echo out; exec sleep 86400", size);
      const reading = new Reading(child);
      await reading.until(/out\r\n/);
      await child.cancel({ graceMs });
      await reading.rest();
      expect([reading.bytes("stdout").toString(), reading.bytes("stderr").toString()]).toEqual(["out\r\n", ""]);
    }
  });

  promise(
    "proc.output",
    "an end right after 300 KB loses none of them, through pipes and through a terminal",
    async () => {
      await using host = await open();
      for (const tty of [undefined, size])
        for (let turn = 0; turn < 5; turn++) expect(await bytesLost(host, root, tty)).toBe(0);
    },
  );
});
