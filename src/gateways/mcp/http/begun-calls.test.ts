import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { someone } from "../../../../test/support/core.ts";
import { McpHttpRig, modern, type Sending } from "../../../../test/support/mcp-http-rig.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { testTool } from "../../../../test/support/socket-rig.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Begun, Wishing } from "../begun-call.ts";
import type { McpHttpParts } from "./mcp-http.ts";

const eras = ["legacy", "modern"] as const;
type Era = (typeof eras)[number];
type Served = McpHttpParts["servers"];

const never = new AbortController().signal;

/** Servers of a rig of which the test counts how many were opened, and holds what is begun. */
function watched({ servers }: McpRig, begin: (wishing: Wishing) => Begun | undefined) {
  const opened = { count: 0 };
  const served: Served = {
    begin,
    open: (peer) => {
      opened.count += 1;
      return servers.open(peer);
    },
    onChange: (peer, listener) => servers.onChange(peer, listener),
    watch: (peer, uri, onUpdated) => servers.watch(peer, uri, onUpdated),
  };
  return { served, opened };
}

/** What is begun is known to nobody until the test says so. */
function gated(rig: McpRig) {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const begin = (wishing: Wishing): Begun | undefined => {
    const call = rig.servers.begin(wishing);
    if (call === undefined) return undefined;
    void call.started.then(() => begun.resolve());
    const answer = async (client: string) => {
      await gate.promise;
      return await call.answer(client);
    };
    return { started: call.started, cancel: () => call.cancel(), answer };
  };
  return { begin, begun: begun.promise, open: gate.resolve };
}

function asking(era: Era, params: Record<string, unknown>, headers: Record<string, string>): Sending {
  if (era === "modern") return modern("tools/call", params);
  return { headers, body: { jsonrpc: "2.0", id: 1, method: "tools/call", params } };
}

async function sessionOf(http: McpHttpRig, era: Era): Promise<Record<string, string>> {
  // What a client of 2026-07-28 says of itself is known from its first request on.
  if (era === "legacy") return (await http.session()).headers;
  await http.ask(modern("tools/call", { name: "echo", arguments: { text: "first" } }));
  return {};
}

async function callsOf(rig: McpRig) {
  const { calls } = await rig.operations["call.list"]({ caller: someone("ada"), signal: never }, { limit: 10 });
  return calls;
}

const wishes = {
  "over as soon as it is accepted": { name: "echo", arguments: { text: "now" } },
  "of a tool that journals nothing": { name: "calls", arguments: { action: "list" } },
  "of a tool that there is not": { name: "none", arguments: {} },
  "of an input that does not fit": { name: "echo", arguments: { words: 1 } },
  "of arguments that are none": { name: "echo", arguments: [] },
  "without a name": { arguments: {} },
};

for (const era of eras) {
  for (const [what, params] of Object.entries(wishes))
    test(`${era}: a call ${what} is answered in the words of a server object`, async () => {
      const texts: string[] = [];
      for (const way of ["begun", "served"]) {
        await using rig = await McpRig.open();
        const begin = way === "begun" ? (wishing: Wishing) => rig.servers.begin(wishing) : () => undefined;
        await using http = await McpHttpRig.open(watched(rig, begin).served);
        const headers = await sessionOf(http, era);
        const { status, json } = await http.ask(asking(era, params, headers));
        // Ids are by chance.
        texts.push(JSON.stringify({ status, json: sorted(json) }).replaceAll(/[0-9a-f]{32}|[0-9a-z]{26}/g, "…"));
      }
      expect(texts[0]).toBe(texts[1]);
    });

  test(`${era}: a call that is over as soon as it is accepted needs no server object`, async () => {
    await using rig = await McpRig.open();
    const { served, opened } = watched(rig, (wishing) => rig.servers.begin(wishing));
    await using http = await McpHttpRig.open(served);
    const headers = await sessionOf(http, era);
    const before = opened.count;
    const { json } = await http.ask(asking(era, { name: "echo", arguments: { text: "now" } }, headers));
    expect(json.result.content).toEqual([{ type: "text", text: "now" }]);
    expect(opened.count).toBe(before);
  });

  test(`${era}: a call that takes its time is started once, and answered when it is over`, async () => {
    const done = Promise.withResolvers<string>();
    let runs = 0;
    const slow = testTool("slow", async () => {
      runs += 1;
      return { content: await done.promise };
    });
    await using rig = await McpRig.open({ tools: [slow] });
    await using http = await McpHttpRig.open(watched(rig, (wishing) => rig.servers.begin(wishing)).served);
    const headers = await sessionOf(http, era);
    const answer = http.ask(asking(era, { name: "slow", arguments: {} }, headers));
    await expect.poll(() => runs).toBe(1);
    done.resolve("late");
    expect((await answer).json.result.content).toEqual([{ type: "text", text: "late" }]);
    expect((await callsOf(rig)).filter(({ tool }) => tool === "slow")).toHaveLength(1);
    expect(runs).toBe(1);
  });

  promise("leak.task", `${era}: what is cancelled while its call is being accepted ends that call`, async () => {
    await using rig = await McpRig.open();
    const gate = gated(rig);
    await using http = await McpHttpRig.open(watched(rig, gate.begin).served);
    const headers = await sessionOf(http, era);
    const closed = http.closed;
    const request = http.send(asking(era, { name: "echo", arguments: { text: "late", delayMs: 60_000 } }, headers));
    await gate.begun;
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
    if (era === "modern") request.destroy();
    else expect((await http.ask({ headers, body: cancelled })).status).toBe(202);
    await expect.poll(() => http.closed).toBeGreaterThan(closed);
    gate.open();
    await expect.poll(async () => (await callsOf(rig))[0]?.phase).toBe("cancelled");
  });

  promise("auth.expiry", `${era}: a token that ends while its call is being accepted gets no answer`, async () => {
    await using rig = await McpRig.open();
    const gate = gated(rig);
    await using http = await McpHttpRig.open(watched(rig, gate.begin).served);
    const headers = await sessionOf(http, era);
    const answer = http.ask(asking(era, { name: "echo", arguments: { text: "now" } }, headers));
    await gate.begun;
    http.stopping.abort(new Fault("auth.revoked", "Cannot go on: the token was revoked meanwhile"));
    gate.open();
    expect((await answer).status).toBe(401);
  });
}

/** Whatever order the members of an answer come in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  );
}
