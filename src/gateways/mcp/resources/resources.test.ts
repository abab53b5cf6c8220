import { expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { McpRig } from "../../../../test/support/mcp-rig.ts";
import { CHANNEL } from "../../../protocol/frames.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";

type Contents = { uri: string; text?: string; blob?: string }[];

promise(
  "leak.cross-tenant",
  "a call of another principal is no resource: neither listed, nor read, nor watched",
  async () => {
    for (const era of ["legacy", "modern"] as const) {
      await using rig = await McpRig.open();
      await using ada = await rig.client({ era });
      await using eve = await rig.client({ era, principal: "eve" });
      await ada.callTool({ name: "echo", arguments: { text: "hers" } });
      const [{ uri = "" } = {}] = (await ada.listResources()).resources;
      expect((await ada.readResource({ uri })).contents).toEqual([{ uri, mimeType: "text/plain", text: "hers" }]);
      expect((await eve.listResources()).resources).toEqual([]);
      const refusal = async (address: string) => {
        const error = await eve.readResource({ uri: address }).catch((refused: object) => refused);
        return JSON.stringify(error).replaceAll(address, "?");
      };
      const { call = "" } = /calls\/(?<call>[^/]+)\//.exec(uri)?.groups ?? {};
      const whose = { call: call as CallId, principal: "ada" as PrincipalId, overflow: "drop_oldest" as const };
      await using writer = await rig.outputs.open(whose);
      await writer.write(CHANNEL.stdout, Buffer.from("hers"));
      await writer.seal({ code: 0, signal: 0 });
      const unknown = await refusal("exai://calls/no-such-call/result");
      expect(unknown).toContain("-32");
      for (const part of ["result", "data", "output"]) expect(await refusal(uri.replace("result", part))).toBe(unknown);
      const { caller: peer } = { caller: { principal: "eve" } };
      expect(await rig.servers.watch({ caller: peer as never }, uri, () => expect.fail("told"))).toBeUndefined();
    }
  },
);

test("a session that subscribed to a result is told when it is there", async () => {
  await using rig = await McpRig.open({ settings: { waitMs: 1000 } });
  await using client = await rig.client();
  const told = Promise.withResolvers<string>();
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => told.resolve(params.uri));
  const answer = await rig.inTime(client.callTool({ name: "echo", arguments: { text: "x", delayMs: 500_000 } }));
  const { call } = answer.structuredContent as { call: CallId };
  const uri = `exai://calls/${call}/result`;
  expect((await client.readResource({ uri })).contents).toMatchObject([
    { text: expect.stringContaining("no result yet") },
  ]);
  await client.subscribeResource({ uri });
  while ((await rig.core.store.call({ call }))?.state.phase !== "running") await new Promise(setImmediate);
  await rig.clock.advance(500_000);
  expect(await told.promise).toBe(uri);
  await client.unsubscribeResource({ uri });
});

test("the output of a command is read in pages, text as text and bytes as bytes", async () => {
  await using rig = await McpRig.open({ settings: { textTokens: 1000 } });
  await using client = await rig.client();
  const { structuredContent } = await client.callTool({ name: "echo", arguments: { text: "x" } });
  const { call } = structuredContent as { call: CallId };
  const address = `exai://calls/${call}/output`;
  await expect(client.readResource({ uri: address })).rejects.toThrow();
  const text = Array.from({ length: 1000 }, (_, line) => `${line} größer\n`).join("");
  {
    await using writer = await rig.outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
    await writer.write(CHANNEL.stdout, Buffer.from(text));
    await writer.write(CHANNEL.stdout, Uint8Array.of(0xff, 0xfe, 0x00));
    await writer.seal({ code: 0, signal: 0 });
  }
  const read: Buffer[] = [];
  for (let uri: string | undefined = address; uri !== undefined; ) {
    const [page, next] = (await client.readResource({ uri })).contents as Contents;
    read.push(page?.blob === undefined ? Buffer.from(page?.text ?? "") : Buffer.from(page.blob, "base64"));
    uri = next?.uri;
  }
  expect(read.length).toBeGreaterThan(2);
  expect(Buffer.concat(read)).toEqual(Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0x00])]));
});

test("templates name what of a call can be read", async () => {
  await using rig = await McpRig.open();
  await using client = await rig.client();
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
    ["result", "data", "output"].map((part) => `exai://calls/{call}/${part}{?offset}`),
  );
});
