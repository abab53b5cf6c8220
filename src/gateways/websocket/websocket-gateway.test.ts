import { describe, expect, test } from "vitest";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";

describe("a session", () => {
  test("a call is started, followed and answered over one connection", async () => {
    await using rig = await SocketRig.open();
    const { client, opened } = await RawClient.open(rig.url, { token: await rig.token("ada") });
    using _client = client;
    expect(opened).toMatchObject({ principal: "ada", epoch: rig.core.store.epoch, heartbeatMs: 15_000 });
    const started = await client.request("call.start", { tool: "echo", input: { text: "hi" }, follow: true });
    expect(started.result).toMatchObject({ phase: "accepted", stream: 1 });
    const ended = await client.event("call.succeeded");
    expect(ended.params).toMatchObject({ data: { result: { content: "hi" } } });
    expect(client.seqs).toEqual(client.seqs.map((_seq, index) => index + 1));
  });
});
