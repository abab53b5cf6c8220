import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { unpack } from "../../../src/core/store/verbs/entries.ts";
import { objectionTo } from "../../../src/protocol/agent-run.ts";
import type { EventData } from "../../../src/protocol/events.ts";
import { promise } from "../../promise.ts";
import { saying, wanting } from "../../support/agent-bench.ts";
import { temporaryFolder } from "../../support/core.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { mebibyte } from "../memory-of.ts";
import { clientOf, startPatiently } from "../socket-client.ts";
import { agentRounds } from "./agent-rounds.ts";
import { agentDaemon, follow, startRun, usersOf, wrongWith } from "./agent-users.ts";
import { answerRuns, askedIn, runName, turns } from "./model-of-runs.ts";

promise(
  ["share.events-order", "share.engines", "lost.reconnect", "leak.cross-tenant"],
  "50 users with 2 runs each at once: every run is its own and in order for readers that are cut, and nothing is left",
  async () => {
    const told = await agentRounds({ users: 50, rounds: 3, onRound: () => {} });
    expect(told).toMatchObject({ runs: 300, wrong: [], strangers: [], requests: 300 * turns, left: 0 });
    const [, second, third] = told.samples;
    if (second === undefined || third === undefined) expect.unreachable();
    // What is kept at hand of ended calls has a bound, and breathes.
    expect(third.heapBytes - second.heapBytes).toBeLessThan(6 * mebibyte);
    expect(third.handles - second.handles).toBeLessThan(16);
  },
);

promise(
  ["lost.step-once", "lost.accepted", "share.events-order"],
  "20 runs under way at a kill -9 all end, and no model request is repeated whose answer was on record",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    await using daemon = await agentDaemon(vendor, { folder: folder.path });
    const users = await usersOf(daemon, 10, folder.path);
    const hold = Promise.withResolvers<void>();
    // Runs stand in all their turns when the daemon is killed: some have answered one, some two.
    answerRuns(vendor, ({ run, turn }) => (turn > Number(run.slice(1, 3)) % turns ? hold.promise : undefined));
    await using closing = new AsyncDisposableStack();
    const clients = users.map((user) => ({
      user,
      client: closing.use(clientOf({ url: daemon.url, token: user.token })),
    }));
    const calls = new Map<string, string>();
    const runs = clients.flatMap(({ user, client }) =>
      [0, 1].map(async (run) => {
        const name = runName(user.name, run);
        const handle = await startRun(client, name);
        calls.set(handle.id, name);
        return await follow(handle, name, () => {});
      }),
    );
    const held = () =>
      vendor.seen.map(askedIn).filter(({ run, turn }) => turn > Number(run.slice(1, 3)) % turns).length;
    for (let count = 1; held() < 20; count++) await vendor.arrived(count);
    await daemon.kill("SIGKILL");
    const recorded = turnsOnRecord(daemon.home, calls);
    expect(recorded.size).toBeGreaterThan(10);
    const before = vendor.seen.length;
    hold.resolve();
    await daemon.restart();
    const ended = await Promise.all(runs);
    expect(ended.flatMap(wrongWith)).toEqual([]);
    const after = vendor.seen
      .slice(before)
      .map(askedIn)
      .map(({ run, turn }) => `${run} turn ${turn}`);
    expect(after.filter((asked) => recorded.has(asked))).toEqual([]);
    expect(after).toHaveLength(20 * turns - recorded.size);
  },
);

promise(
  "lost.step-once",
  "a command that a run had under way at a kill -9 is not run again, and its outcome is told as unknown",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    const ran = join(folder.path, "ran");
    vendor.reply(
      wanting(["exec", { argv: ["sh", "-c", `echo ran >> ${ran}; sleep 600`] }]),
      saying("I shall look first"),
    );
    const env = { EXAI_EXEC_ALLOW: "sh" };
    await using daemon = await agentDaemon(vendor, { folder: folder.path, env });
    await using client = clientOf(daemon);
    const input = { goal: "run it", tools: ["exec:sh"] };
    const handle = await startPatiently(client, "agent", { input, follow: true });
    const following = follow(handle, "run", () => {});
    await appeared(ran);
    await daemon.kill("SIGKILL");
    await daemon.restart();
    const { view, events } = await following;
    expect(view).toMatchObject({ phase: "succeeded", result: { content: "I shall look first" } });
    expect(objectionTo(events)).toBeUndefined();
    expect(events.find(({ type }) => type === "tool.completed")).toMatchObject({ data: { outcome: "unknown" } });
    expect(JSON.stringify(vendor.seen[1]?.body["messages"])).toContain("look before you repeat it");
    expect(await readFile(ran, "utf8")).toBe("ran\n");
  },
);

/** Resolves once a file is there. */
async function appeared(path: string): Promise<void> {
  while (!existsSync(path)) await wait(50);
}

/** The turns that a store without a daemon has on record, as `u07r1 turn 2`. */
function turnsOnRecord(home: string, calls: ReadonlyMap<string, string>): Set<string> {
  using database = new DatabaseSync(join(home, "store/exai.db"), { readOnly: true });
  const rows = database.prepare("SELECT call, entries FROM journal").all();
  const entries = rows.flatMap(({ call, entries: packed }) =>
    unpack(String(packed)).map((entry) => ({ call: String(call), ...entry })),
  );
  const steps = entries.flatMap(({ call, type, data }) => {
    const run = calls.get(call);
    if (type !== "step.recorded" || run === undefined) return [];
    const { step } = JSON.parse(data) as EventData<"step.recorded">;
    return step.startsWith("turn ") ? [`${run} ${step}`] : [];
  });
  return new Set(steps);
}
