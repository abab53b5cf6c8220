import type { CallToolResult, Client } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { McpRig } from "../../../test/support/mcp-rig.ts";
import { testTool } from "../../../test/support/socket-rig.ts";
import { tokensIn } from "../../core/budgets/token-estimate.ts";
import { CHANNEL } from "../../protocol/frames.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import { digestOf, headWithin } from "./text-size.ts";

const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}: the quick brown fox, 𝒜 and 雪\n`).join("");
const smiles = "😀".repeat(60_000);

const tools = [
  testTool("lines", async () => ({ content: lines })),
  testTool("smiles", async () => ({ content: smiles })),
  testTool("data", async () => ({ content: "short", data: { rows: lines.split("\n") } })),
];

interface Called {
  call: CallId;
}

interface Page {
  base64?: string;
  nextOffset: number;
  complete: boolean;
}

interface Text {
  text: string;
}

function tokensOf(answer: CallToolResult): number[] {
  const texts = answer.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return [tokensIn(texts.join("")), tokensIn(JSON.stringify(answer.structuredContent))];
}

/** All that lies behind an address, page by page, without the notes between them. */
async function readAll(client: Client, address: string): Promise<string> {
  let text = "";
  for (let uri: string | undefined = address; uri !== undefined; ) {
    const { contents } = await client.readResource({ uri });
    const [page, next] = contents as (Text & { uri: string })[];
    expect(tokensIn(contents.map((each) => (each as Text).text).join(""))).toBeLessThan(20_000);
    text += page?.text ?? "";
    uri = next?.uri;
  }
  return text;
}

for (const era of ["legacy", "modern"] as const)
  promise(
    "lost.oversize",
    `${era}: an answer beyond the client's limit is a digest with a link, and whole behind it`,
    async () => {
      await using rig = await McpRig.open({ tools });
      await using client = await rig.client({ era });
      await client.listTools();
      for (const [name, whole] of [
        ["lines", lines],
        ["smiles", smiles],
      ] as const) {
        const answer = await client.callTool({ name });
        expect(Math.max(...tokensOf(answer))).toBeLessThan(20_000);
        const [digest, link] = answer.content as unknown as [Text, { type: string; uri: string }];
        expect(digest.text).toContain(`of ${whole.length} are left out here`);
        expect(answer.structuredContent).toMatchObject({ phase: "succeeded", resultOmitted: true });
        expect(link.type).toBe("resource_link");
        expect(await readAll(client, link.uri)).toBe(whole);
      }
    },
  );

promise("lost.oversize", "data beyond the client's limit is behind a link of its own", async () => {
  await using rig = await McpRig.open({ tools });
  await using client = await rig.client();
  await client.listTools();
  const answer = await client.callTool({ name: "data" });
  expect(answer.content).toEqual([{ type: "text", text: "short" }]);
  const { result } = answer.structuredContent as { result: { links: { rel: string; href: string }[] } };
  const { href = "" } = result.links.find(({ rel }) => rel === "data") ?? {};
  expect(JSON.parse(await readAll(client, href))).toEqual({ rows: lines.split("\n") });
});

promise(
  "lost.oversize",
  "who reads no resources gets the whole by the tool `calls`, in pages that say where they end",
  async () => {
    const clients = [{ name: "small", textTokens: 4000 }];
    await using rig = await McpRig.open({ tools, settings: { clients } });
    await using client = await rig.client({ name: "small" });
    const { structuredContent } = await client.callTool({ name: "lines" });
    const { call } = structuredContent as { call: CallId };
    let text = "";
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await client.callTool({ name: "calls", arguments: { action: "get", call, offset } });
      expect(Math.max(...tokensOf(page))).toBeLessThan(4000);
      const [{ text: said = "" } = {}] = page.content as Text[];
      const end = said.lastIndexOf("\n\n[");
      text += said.slice(0, end);
      offset = /"offset":(\d+)/.exec(said.slice(end))?.[1] === undefined ? undefined : offset + end;
      // A few pages show it; the rest is alike.
      if (text.length > 60_000) break;
    }
    expect(text).toBe(lines.slice(0, text.length));
    expect(text.length).toBeGreaterThan(60_000);
  },
);

promise(
  "lost.oversize",
  "output that does not fit the client comes in shorter pages, and nothing between them is lost",
  async () => {
    const clients = [{ name: "small", textTokens: 1500 }];
    await using rig = await McpRig.open({ settings: { clients } });
    await using client = await rig.client({ name: "small" });
    const { call } = (await client.callTool({ name: "echo", arguments: { text: "x" } })).structuredContent as Called;
    const bytes = Buffer.concat([Buffer.from(lines.slice(0, 20_000)), Buffer.alloc(3000, 0xff)]);
    {
      await using writer = await rig.outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
      await writer.write(CHANNEL.stdout, bytes);
      await writer.seal({ code: 0, signal: 0 });
    }
    const read: Buffer[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await client.callTool({ name: "calls", arguments: { action: "output", call, offset } });
      expect(Math.max(...tokensOf(page))).toBeLessThan(1500);
      const { result } = page.structuredContent as { result: { content: string; data: Page } };
      const { base64, nextOffset, complete } = result.data;
      read.push(base64 === undefined ? Buffer.from(result.content) : Buffer.from(base64, "base64"));
      offset = complete ? undefined : nextOffset;
    }
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  },
);

test("blocks of another server are passed on as they came", async () => {
  const picture = { type: "image", data: "aGk=", mimeType: "image/png" };
  const blocks = [{ type: "text", text: "look" }, picture];
  await using rig = await McpRig.open({
    tools: [testTool("there.draw", async () => ({ content: "look", data: { blocks } }))],
  });
  await using client = await rig.client();
  expect((await client.callTool({ name: "there.draw" })).content).toEqual(blocks);
});

test("a digest has beginning and end, and a page parts no character", () => {
  const digest = digestOf(lines, 2000, "elsewhere");
  expect(tokensIn(digest)).toBeLessThan(2100);
  expect(digest.startsWith("line 0:")).toBe(true);
  expect(digest.endsWith(lines.slice(-40))).toBe(true);
  expect(headWithin("abc", 1000)).toBe("abc");
  const emoji = headWithin(smiles.slice(0, 20_001), 1000);
  expect(emoji.isWellFormed()).toBe(true);
  expect(emoji.length).toBeGreaterThan(0);
});
