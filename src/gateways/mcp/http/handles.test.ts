import { expect } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { someone } from "../../../../test/support/core.ts";
import { sentEvents } from "../../../../test/support/http-rig.ts";
import { McpHttpRig } from "../../../../test/support/mcp-http-rig.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { testTool } from "../../../../test/support/socket-rig.ts";
import type { CallId } from "../../../protocol/ids.ts";

const call = { jsonrpc: "2.0", id: "mine", method: "tools/call", params: { name: "gated", arguments: {} } };
const never = new AbortController().signal;

/** MCP over HTTP with one tool, which works until the test says what it came to and is missed with its client. */
async function openGated() {
  const done = Promise.withResolvers<string>();
  const tool = testTool("gated", async ({ signal }) => {
    const gone = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    return { content: await Promise.race([done.promise, gone]) };
  });
  await using opening = new AsyncDisposableStack();
  const rig = opening.use(await McpRig.open({ tools: [{ ...tool, onDisconnect: "cancel" }] }));
  const http = opening.use(await McpHttpRig.open(rig.servers));
  const session = await http.session();
  const held = opening.move();
  const view = async () => {
    const { calls } = await rig.operations["call.list"]({ caller: someone("ada"), signal: never }, { limit: 1 });
    return calls[0];
  };
  const ended = async () => await rig.core.ended((await view())?.call as CallId);
  return {
    rig,
    http,
    session,
    ended,
    finish: done.resolve,
    /** Resolves once the client's patience is at its end, and its answer is made. */
    patienceEnds: async () => {
      await expect.poll(() => rig.core.journal.followed().length).toBe(1);
      await rig.clock.advance(25_000);
      await expect.poll(() => rig.core.journal.followed().length).toBe(0);
      // What the answer is made of was asked for before.
      await view();
    },
    clientLeaves: async () => {
      rig.core.presences.expect({ session: session.headers["mcp-session-id"] as never });
      await rig.clock.advance(60_000);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

promise("proc.disconnect", "a call goes with a client that was cut before its handle reached it", async () => {
  await using gated = await openGated();
  const { http, session, rig } = gated;
  const request = http.send({ ...session, body: call });
  await expect.poll(() => rig.core.journal.followed().length).toBe(1);
  request.destroy();
  await expect.poll(() => http.connections).toBe(0);
  await gated.patienceEnds();
  await gated.clientLeaves();
  gated.finish("too late");
  expect((await gated.ended()).phase).toBe("cancelled");
});

promise(
  ["proc.disconnect", "lost.any-connection"],
  "a client that was cut and comes back gets the handle, and with it the call goes on without the client",
  async () => {
    await using gated = await openGated();
    const { http, session, rig } = gated;
    const response = http.begin({ ...session, body: call });
    await expect.poll(() => rig.core.journal.followed().length).toBe(1);
    await http.clock.advance(250);
    const cut = await response;
    const { value: position } = await sentEvents(cut).next();
    cut.destroy();
    await expect.poll(() => http.connections).toBe(0);
    await gated.patienceEnds();
    const headers = { ...session.headers, "last-event-id": String(position?.id) };
    const resumed = http.ask({ ...session, method: "GET", headers });
    await gated.patienceEnds();
    expect((await resumed).text).toContain('"status":"running"');
    await gated.clientLeaves();
    gated.finish("alone");
    expect((await gated.ended()).phase).toBe("succeeded");
  },
);
