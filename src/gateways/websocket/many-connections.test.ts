import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";

promise(
  "leak.notifier",
  "a thousand connections make calls at once: each gets its own answers and nothing of its neighbours, and nothing is left of them",
  async () => {
    await using rig = await SocketRig.open();
    const tokens = await Promise.all(["ada", "bob", "eve"].map((name) => rig.token(name)));
    const clients: RawClient[] = [];
    using held = new DisposableStack();
    for (let from = 0; from < 1000; from += 100) {
      const some = Array.from({ length: 100 }, (_, index) =>
        RawClient.open(rig.url, { token: tokens[(from + index) % tokens.length] }),
      );
      for (const { client } of await Promise.all(some)) clients.push(held.use(client));
    }
    expect(rig.gateway.connections).toBe(1000);
    await Promise.all(
      clients.map(async (raw, index) => {
        for (let turn = 0; turn < 2; turn++) {
          const text = `${index} ${turn}`;
          raw.arrivals.length = 0;
          const { result } = await raw.request("call.start", { tool: "echo", input: { text }, follow: true });
          const ended = await raw.event("call.succeeded");
          expect(ended.params).toMatchObject({ call: result?.["call"], data: { result: { content: text } } });
          expect(raw.seqs).toEqual([1, 2, 3]);
        }
      }),
    );
    for (const raw of clients) raw.webSocket.close();
    await expect.poll(() => rig.gateway.connections).toBe(0);
    expect(rig.core.presences.connected).toBe(0);
    expect(rig.bugs).toEqual([]);
  },
);
