import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { isEnding } from "../../src/protocol/endings.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { RawClient } from "../support/raw-client.ts";
import { keptCalls } from "./kept-calls.ts";
import { socketUrl } from "./socket-client.ts";

const writers = 8;

interface Written {
  acknowledged: string[];
  refused: { code?: unknown; retry?: { safe?: unknown; afterMs?: unknown } }[];
}

/** Starts one call after another, each waiting a little, until there is nobody to start them. */
async function write({ client, name, written }: { client: RawClient; name: string; written: Written }): Promise<void> {
  for (let turn = 0; ; turn++) {
    const input = { text: `${name} ${turn}`, delayMs: turn % 3 === 0 ? 60_000 : 5 };
    const answer = await client.request("call.start", { tool: "echo", input, key: `${name} ${turn}` });
    if (answer.result !== undefined) written.acknowledged.push(String(answer.result["call"]));
    else {
      written.refused.push((answer.error as { data: Written["refused"][number] }).data);
      return;
    }
  }
}

async function writing(daemon: DaemonProcess, held: DisposableStack) {
  const written: Written = { acknowledged: [], refused: [] };
  const lines: Promise<void>[] = [];
  for (let index = 0; index < writers; index++) {
    const { client } = await RawClient.open(socketUrl(daemon), { token: daemon.token });
    held.use(client);
    lines.push(write({ client, name: `writer ${index}`, written }));
  }
  await expect.poll(() => written.acknowledged.length).toBeGreaterThan(100);
  return { written, done: Promise.allSettled(lines) };
}

function expectSound(home: string, acknowledged: readonly string[]): void {
  const kept = keptCalls(home);
  expect(acknowledged.filter((call) => !kept.some(({ call: known }) => known === call))).toEqual([]);
  for (const { call, seq, events } of kept) {
    expect([call, events.map((event) => event.seq)]).toEqual([call, events.map((_, index) => index + 1)]);
    expect([call, events.filter(({ type }) => isEnding(type)).length]).toEqual([call, 1]);
    expect([call, events.length]).toEqual([call, seq]);
  }
  using database = new DatabaseSync(join(home, "store/exai.db"), { readOnly: true });
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
}

promise(
  "lost.sigterm",
  "SIGTERM during writes: whatever was acknowledged has one ending, the rest is refused with a time to come back, and the daemon ends with 0",
  async () => {
    await using daemon = await startDaemon({ env: { EXAI_DRAIN_SECS: "1" } });
    using held = new DisposableStack();
    const { written, done } = await writing(daemon, held);
    await daemon.kill("SIGTERM");
    expect(await daemon.ended()).toBe(0);
    await done;
    expect(written.refused.length).toBeGreaterThan(0);
    for (const { code, retry } of written.refused) {
      expect(code).toBe("admission.draining");
      expect(retry).toMatchObject({ safe: true, afterMs: expect.any(Number) });
    }
    expectSound(daemon.home, written.acknowledged);
  },
);

promise(
  ["lost.accepted", "leak.stop"],
  "SIGKILL during writes: the next start needs nothing from the last, and whatever was acknowledged is there and ends once",
  async () => {
    await using daemon = await startDaemon({ env: { EXAI_DRAIN_SECS: "0" } });
    using held = new DisposableStack();
    const { written, done } = await writing(daemon, held);
    await daemon.kill("SIGKILL");
    await done;
    await daemon.restart();
    expect(await daemon.stop()).toBe(0);
    expectSound(daemon.home, written.acknowledged);
  },
);
