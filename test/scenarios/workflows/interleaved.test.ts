import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Client } from "../../../src/client/client.ts";
import { promise } from "../../promise.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { step } from "../../support/workflow-bench.ts";
import { ask } from "../http-door.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";
import { Desk, daemonOver, doorOf, messagesOf, type Taken, takeOver } from "./desk.ts";

const tools = ["debug", "codereview", "thinkdeep"] as const;

/** One step of each tool, in turn; each tool's workflow has its own conversation. */
async function stepOfEach(
  client: Client,
  { word, desk, before }: { word: string; desk: Desk; before: readonly Taken[] },
): Promise<Taken[]> {
  const file = join(desk.path, "notes.ts");
  const taken: Taken[] = [];
  for (const [index, tool] of tools.entries()) {
    const next = before[index]?.next_call?.arguments ?? step(1, 3, { step: `${word}-asks`, relevant_files: [file] });
    taken.push(
      await takeOver(client, tool, { ...next, findings: `${word}-found ${file}:1 in step ${next["step_number"]}` }),
    );
  }
  return taken;
}

async function logsOf(home: string): Promise<string> {
  const folder = join(home, "logs");
  const files = await readdir(folder);
  return (await Promise.all(files.map(async (file) => await readFile(join(folder, file), "utf8")))).join("");
}

promise(
  "leak.cross-tenant",
  "two people's workflows interleave step by step, on the same tools: neither sees a word of the other, nor does either's expert",
  async () => {
    await using vendor = await VendorServer.open();
    const words = { ada: "secret-of-ada", bob: "hidden-by-bob" };
    vendor.otherwise = () => ({ kind: "answer", text: "judged" });
    await using adasDesk = await Desk.open({ "notes.ts": `export const a = '${words.ada}-file';\n` });
    await using bobsDesk = await Desk.open({ "notes.ts": `export const b = '${words.bob}-file';\n` });
    await using daemon = await daemonOver([adasDesk, bobsDesk], vendor, { LOG_LEVEL: "debug" });
    const doors = {
      ada: await doorOf(daemon, "ada", adasDesk),
      bob: await doorOf(daemon, "bob", bobsDesk),
    };
    await using ada = clientOf(doors.ada);
    await using bob = clientOf(doors.bob);
    const told: { ada: Taken[]; bob: Taken[] } = { ada: [], bob: [] };
    for (let round = 1; round <= 3; round++) {
      const [adas, bobs] = await Promise.all([
        stepOfEach(ada, { word: words.ada, desk: adasDesk, before: told.ada.slice(-tools.length) }),
        stepOfEach(bob, { word: words.bob, desk: bobsDesk, before: told.bob.slice(-tools.length) }),
      ]);
      told.ada.push(...adas);
      told.bob.push(...bobs);
    }
    expect(told.ada.concat(told.bob).filter(({ status }) => status.endsWith("_complete"))).toHaveLength(
      2 * tools.length,
    );
    const prompts = vendor.seen.map((_request, index) => messagesOf(vendor, index).join("\n"));
    expect(prompts).toHaveLength(2 * tools.length);
    for (const [own, other] of [
      [words.ada, words.bob],
      [words.bob, words.ada],
    ] as const) {
      const owns = prompts.filter((prompt) => prompt.includes(own));
      expect(owns).toHaveLength(tools.length);
      for (const prompt of owns) {
        expect(prompt).toContain(`${own}-file`);
        expect(prompt).not.toContain(other);
      }
    }
    for (const [own, other, client] of [
      ["ada", "bob", ada],
      ["bob", "ada", bob],
    ] as const) {
      const { threads } = await client.request("thread.list", {}, never);
      const listed = await Promise.all([
        client.request("call.list", { limit: 50 }, never),
        client.request("process.list", {}, never),
        client.request("spend.get", {}, never),
        client.request("status.get", {}, never),
        client.request("thread.export", { thread: threads[0]?.id ?? expect.unreachable() }, never),
      ]);
      const search = async (text: string) => (await client.request("thread.search", { text }, never)).threads;
      expect(await search(words[own])).toHaveLength(tools.length);
      expect(await search(words[other])).toEqual([]);
      const events = await Promise.all(
        told[own].map(async ({ call }) => await (await ask(doors[own], `/api/v1/calls/${call}/events`)).text()),
      );
      const seen = JSON.stringify([told[own], threads, events, listed]);
      expect(seen).toContain(words[own]);
      expect(seen).not.toContain(words[other]);
      const thread = told[other][0]?.continuation_id;
      const input = { ...step(2, 3), continuation_id: thread };
      const intruding = await (await startPatiently(client, "debug", { input })).result();
      expect(intruding).toMatchObject({ phase: "failed", fault: { code: "thread.unknown" } });
    }
    const logged = await logsOf(daemon.home);
    expect(logged).toContain(told.ada[0]?.call);
    expect(`${daemon.said}${logged}`).not.toMatch(new RegExp(`${words.ada}|${words.bob}`));
  },
);
