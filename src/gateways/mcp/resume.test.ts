import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import { testTool } from "../../../test/support/socket-rig.ts";
import type { CallContext } from "../../core/calls/work.ts";

/** Whose messages are carried by somebody who is told of calls. */
const carried = { started: () => {} };
const anything = z.looseObject({}) as never;

test("a client that asks for it itself is told that there is no such method, in either era", async () => {
  await using rig = await McpRig.open();
  for (const era of ["legacy", "modern"] as const) {
    await using client = await rig.client({ era });
    const request = { method: "exai/resume", params: { call: "c1", after: 0 } } as never;
    await expect(client.request(request, anything)).rejects.toMatchObject({ code: -32_601 });
  }
});

promise(
  "lost.reconnect",
  "a request that was cut goes on behind what its client has, and is answered as it would have been",
  async () => {
    const running = Promise.withResolvers<CallContext>();
    const done = Promise.withResolvers<string>();
    const tool = testTool("gated", async (context) => {
      running.resolve(context);
      return { content: await done.promise };
    });
    await using rig = await McpRig.open({ tools: [tool] });
    await using first = await rig.client();
    await using second = await rig.client({ peer: carried });
    await using eve = await rig.client({ principal: "eve", peer: carried });
    const asking = { caller: someone("ada"), signal: new AbortController().signal };
    await rig.operations["call.start"](asking, { tool: "gated", input: {} });
    const { call, emit, flushed } = await running.promise.then((context) => ({
      call: context.call,
      emit: (message: string) => context.emit("call.progress", { message }),
      flushed: () => context.flushed(),
    }));
    emit("one");
    await flushed();
    const { seq: after } = (await rig.core.store.call({ call }))?.state ?? { seq: 0 };
    const told: (string | undefined)[] = [];
    const onprogress = ({ message }: { message?: string | undefined }) => void told.push(message);
    const request = { method: "exai/resume", params: { call, after } };
    await expect(eve.request(request as never, anything)).rejects.toMatchObject({ code: -32_602 });
    const rest = second.request({ ...request, params: { ...request.params, progressToken: 0 } } as never, anything, {});
    second.setNotificationHandler("notifications/progress", ({ params }) => onprogress(params));
    while (rig.core.journal.followed().length === 0) await new Promise(setImmediate);
    emit("two");
    await flushed();
    done.resolve("whole");
    expect(await rest).toEqual(await first.callTool({ name: "calls", arguments: { action: "get", call } }));
    expect(told).toEqual(["two"]);
  },
);
