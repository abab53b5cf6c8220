import { expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { CallEvent } from "../../src/protocol/events.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { promise } from "../promise.ts";
import { exai, jsonOf } from "../support/command-line.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { type Reply, VendorServer } from "../support/vendor-server.ts";
import { ask, type Door } from "./http-door.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

const slots = { EXAI_WS_GLM_MAX_INFLIGHT: "16", EXAI_WS_SESSION_MAX_INFLIGHT: "16" };

async function daemonWith(vendor: VendorServer): Promise<DaemonProcess> {
  return await startDaemon({ env: { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl, ...slots } });
}

async function doorOf(daemon: DaemonProcess, name: string): Promise<Door> {
  const post = async (path: string, body: object): Promise<Record<string, string>> =>
    (await (await ask(daemon, path, { method: "POST", body: JSON.stringify(body) })).json()) as Record<string, string>;
  const { id: principal } = await post("/api/v1/principals", { name });
  const { token = "" } = await post("/api/v1/tokens", { name, principal });
  return { url: daemon.url, token };
}

function vote(text: string): Reply {
  return { kind: "answer", text: `${text}\n{"vote": "yes", "reasons": ["it holds"]}` };
}

function modelsAsked(vendor: VendorServer): string[] {
  return vendor.seen.map(({ body }) => String(body["model"])).toSorted();
}

promise(
  "lost.step-once",
  "a consensus that is killed in the middle asks only the seats that had not answered",
  async () => {
    await using vendor = await VendorServer.open();
    const early = new Set(["m1", "m2"]);
    vendor.otherwise = () => (early.has(String(vendor.seen.at(-1)?.body["model"])) ? vote("early") : { kind: "hang" });
    await using daemon = await daemonWith(vendor);
    await using client = clientOf(daemon);
    const models = ["m1", "m2", "m3", "m4", "m5"].map((model) => ({ model: `glm/${model}` }));
    const call = await startPatiently(client, "consensus", { input: { prompt: "shall we?", models }, follow: true });
    const answered = Promise.withResolvers<void>();
    const attempts: number[] = [];
    const reading = (async () => {
      let progress = 0;
      for await (const event of call.events) {
        if (!("type" in event)) continue;
        if (event.type === "call.progress" && ++progress === 2) answered.resolve();
        if (event.type === "call.started") attempts.push((event as CallEvent<"call.started">).data.attempt);
      }
    })();
    await Promise.all([answered.promise, vendor.arrived(5)]);
    await daemon.kill("SIGKILL");
    vendor.otherwise = () => vote("late");
    await daemon.restart();
    await reading;
    const view = await call.result();
    expect(attempts).toEqual([1, 2]);
    expect(modelsAsked(vendor)).toEqual(["m1", "m2", "m3", "m3", "m4", "m4", "m5", "m5"]);
    expect(view).toMatchObject({
      phase: "succeeded",
      result: { data: { status: "complete", agreement: { answered: 5 } } },
    });
    const { seats = [] } = (view.result?.data ?? {}) as { seats?: { text: string }[] };
    expect(seats.map(({ text }) => text)).toEqual(["early", "early", "late", "late", "late"]);
  },
);

/** All that one person does: a thread, gone on with, and a consensus in it. */
async function converse(client: Client, word: string): Promise<CallView[]> {
  const run = async (tool: string, input: Record<string, unknown>) =>
    await (await startPatiently(client, tool, { input })).result();
  const first = await run("chat", { prompt: `${word}-one`, model: "glm/m1" });
  const continuation_id = first.call;
  const second = await run("chat", { prompt: `${word}-two`, continuation_id });
  const models = ["m1", "m2", "m3"].map((model) => ({ model: `glm/${model}` }));
  const third = await run("consensus", { prompt: `${word}-three`, models, continuation_id });
  return [first, second, third];
}

promise(
  "leak.cross-tenant",
  "of two who talk and vote at once neither sees a word of the other, at no vendor and in no listing",
  async () => {
    await using vendor = await VendorServer.open();
    const words = { ada: "secret-of-ada", bob: "hidden-by-bob" };
    // Each request waits for one of the other's, so that they interleave all the way.
    let waiting: (() => void) | undefined;
    const meet = async () => {
      if (waiting === undefined)
        await new Promise<void>((resolve) => {
          waiting = resolve;
        });
      else {
        waiting();
        waiting = undefined;
      }
    };
    vendor.otherwise = (prompt) => ({
      ...vote(`heard ${prompt}`),
      kind: "answer",
      text: `heard ${prompt}`,
      before: meet,
    });
    await using daemon = await daemonWith(vendor);
    const doors = { ada: await doorOf(daemon, "ada"), bob: await doorOf(daemon, "bob") };
    await using ada = clientOf(doors.ada);
    await using bob = clientOf(doors.bob);
    const views = { ada: converse(ada, words.ada), bob: converse(bob, words.bob) };
    const told = { ada: await views.ada, bob: await views.bob };
    expect([...told.ada, ...told.bob].map(({ phase }) => phase)).toEqual(Array.from({ length: 6 }, () => "succeeded"));
    const bodies = vendor.seen.map(({ body }) => JSON.stringify(body["messages"]));
    expect(bodies).toHaveLength(10);
    expect(bodies.filter((body) => body.includes(words.ada) && body.includes(words.bob))).toEqual([]);
    expect(bodies.filter((body) => body.includes(words.ada))).toHaveLength(5);
    for (const [own, other, client] of [
      ["ada", "bob", ada],
      ["bob", "ada", bob],
    ] as const) {
      const { threads } = await client.request("thread.list", {}, never);
      expect(threads.map(({ id }) => id)).toEqual([told[own][0]?.call]);
      const { calls } = await client.request("call.list", {}, never);
      const events = await Promise.all(
        told[own].map(async ({ call }) => await (await ask(doors[own], `/api/v1/calls/${call}/events`)).text()),
      );
      const { rows } = await client.request("spend.get", {}, never);
      const seen = JSON.stringify([told[own], threads, calls, events, rows]);
      expect(seen).toContain(words[own]);
      expect(seen).not.toContain(words[other]);
      expect((await client.request("thread.search", { text: words[other] }, never)).threads).toEqual([]);
      const thread = told[other][0]?.call ?? "";
      for (const method of ["thread.get", "thread.export", "thread.delete"] as const)
        await expect(client.request(method, { thread: thread as never }, never)).rejects.toMatchObject({
          code: "thread.unknown",
        });
      const intruding = await (
        await startPatiently(client, "chat", { input: { prompt: "go on", continuation_id: thread } })
      ).result();
      expect(intruding).toMatchObject({ phase: "failed", fault: { code: "thread.unknown" } });
    }
    expect(vendor.seen).toHaveLength(10);
    for (const word of Object.values(words)) expect(daemon.said).not.toContain(word);
  },
);

test("from the command line: ask, go on after a restart, find, name, show, export, delete, and what it cost", async () => {
  await using vendor = await VendorServer.open();
  await using daemon = await daemonWith(vendor);
  const run = async (...argv: string[]) => {
    const { code, stdout, stderr } = await exai(argv, { env: daemon.clientEnv });
    expect([argv, code, code === 0 ? "" : stderr]).toEqual([argv, 0, ""]);
    return stdout.toString();
  };
  expect(await run("chat", "--model", "glm/glm-5", "tea or coffee?")).toBe("echo: tea or coffee?\n");
  await daemon.restart();
  expect(await run("chat", "--continue", "and milk?")).toBe("echo: and milk?\n");
  const [thread] = jsonOf({ stdout: Buffer.from(await run("threads", "search", "COFFEE", "--json")) });
  const id = String(thread?.["id"]);
  expect(await run("chat", "--continue", id, "sugar?")).toBe("echo: sugar?\n");
  await run("threads", "name", id, "the bar");
  expect(await run("threads")).toMatch(new RegExp(`${id}.* 6 +the bar +tea or coffee\\?`));
  expect(await run("chat", "--model", "glm/glm-5", "something else")).toBe("echo: something else\n");
  expect(await run("chat", "--continue", "the bar", "and cake?")).toBe("echo: and cake?\n");
  expect(await run("chat", "--continue", "with cream?")).toBe("echo: with cream?\n");
  expect(await run("threads", "show", "the bar")).toMatch(
    /you, .*\ntea or coffee\?\n[\s\S]*glm\/glm-5, .*\necho: sugar\?/,
  );
  expect(await run("threads", "export", "the bar")).toMatch(/^# the bar\n[\s\S]*## You, [\s\S]*## glm\/glm-5, /);
  const exported = JSON.parse(await run("threads", "export", id, "--format", "json"));
  expect(exported).toMatchObject({ thread: { id, name: "the bar" }, turns: { length: 10 } });
  vendor.otherwise = () => vote("fine");
  const agreed = await run("consensus", "--model", "glm/glm-5=for", "--model", "glm/glm-4.7=against", "shall we?");
  expect(agreed).toContain("Agreement: 2 yes; all agree.");
  expect(await run("spend", "--by", "tool", "--by", "model")).toMatch(
    /chat +glm\/glm-5 +6[\s\S]*consensus +glm\/glm-4.7 +1/,
  );
  expect(await run("threads", "delete", "the bar")).toBe(`deleted ${id} with 5 calls\n`);
  expect(await run("threads")).not.toContain(id);
});
