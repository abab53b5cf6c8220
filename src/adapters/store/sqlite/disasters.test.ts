import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { begin, callNamed, newCall, succeeded } from "../../../core/store/contract/fixture.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const program = join(import.meta.dirname, "../../../../test/programs/accepts-calls.ts");
const mib = 1024 * 1024;

function openIn(folder: string) {
  return openSqliteStore({ folder, durability: "disk", clock: new ManualClock() });
}

/** Runs the program until it has acknowledged `count` times, kills it there, and answers all it acknowledged. */
async function acknowledgedUntilKilled(folder: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill("SIGKILL");
  }
  await closed;
  return lines;
}

promise(
  ["lost.accepted", "lost.terminal-once"],
  "after kill -9 at any moment every acknowledged call and every acknowledged ending is there",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "exai-kill-"));
    const known = { accepted: new Set<string>(), ended: new Set<string>() };
    for (let round = 0; round < 20; round++) {
      for (const line of await acknowledgedUntilKilled(folder, 10 + round * 7)) {
        const [what, id = ""] = line.split(" ");
        known[what === "ended" ? "ended" : "accepted"].add(id);
      }
      await using store = await openIn(folder);
      await Promise.all(
        Array.from(known.accepted, async (id) => {
          const row = await store.call({ call: callNamed(id) });
          expect(row?.id).toBe(id);
          if (known.ended.has(id)) expect(row).toMatchObject({ state: { phase: "succeeded" }, ending: row?.input });
        }),
      );
      // Half a batch would show as a call whose journal is shorter than it says.
      for (const row of await store.calls({ limit: 50 })) {
        const { rows } = await store.journal({ call: row.id, after: 0, maxBytes: mib });
        expect(rows.reduce((sum, each) => sum + each.entries.length, 0)).toBe(row.state.seq);
      }
    }
    expect(known.ended.size).toBeGreaterThan(50);
    rmSync(folder, { recursive: true });
  },
);

/** A real small disk, where we may mount one. */
function smallDisk(): ({ path: string } & Disposable) | undefined {
  const path = mkdtempSync(join(tmpdir(), "exai-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    [Symbol.dispose]: () => {
      execFileSync("umount", [path]);
      rmSync(path, { recursive: true });
    },
  };
}

test("on a disk that is full new calls are refused, running ones end, and room brings it back", async (context) => {
  using disk = smallDisk();
  if (disk === undefined) return context.skip("no small disk can be mounted here");
  const folder = join(disk.path, "data");
  mkdirSync(folder);
  await using store = await openIn(folder);
  const running = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(store, `r${10 + n}`)));
  const { bavail, bsize } = statfsSync(disk.path);
  const filler = join(disk.path, "filler");
  writeFileSync(filler, Buffer.alloc(bavail * bsize - mib));

  const input = JSON.stringify("x".repeat(100_000));
  const acknowledged: string[] = [];
  let refused: unknown;
  for (let n = 0; refused === undefined; n++) {
    const id = `c${1000 + n}`;
    await store.accept(newCall(id, { input })).then(
      () => acknowledged.push(id),
      (error: unknown) => (refused = error),
    );
  }
  expect(refused).toMatchObject({ code: "store.full" });
  await expect(store.accept(newCall("d1"))).rejects.toMatchObject({ code: "store.full" });
  for (const { id, fence } of running)
    expect(await store.append({ call: id, fence, entries: [succeeded()] })).toMatchObject({ kind: "ok" });
  expect((await store.unended({ limit: 100 })).map((row) => row.id)).toEqual(acknowledged);

  rmSync(filler);
  expect(await store.accept(newCall("d2"))).toMatchObject({ kind: "new" });
});
