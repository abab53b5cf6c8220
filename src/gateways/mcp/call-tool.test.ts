import { expect, test } from "vitest";
import { McpRig } from "../../../test/support/mcp-rig.ts";

const eras = ["legacy", "modern"] as const;

for (const era of eras) {
  test(`${era}: tools are listed with their schemas, and a call is answered with the call itself`, async () => {
    await using rig = await McpRig.open();
    await using client = await rig.client({ era });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["echo", "calls"]);
    expect(tools[0]).toMatchObject({ inputSchema: { type: "object" }, outputSchema: { type: "object" } });
    const answer = await client.callTool({ name: "echo", arguments: { text: "hi" } });
    expect(answer.content).toEqual([{ type: "text", text: "hi" }]);
    expect(answer.structuredContent).toMatchObject({ tool: "echo", phase: "succeeded", result: { content: "hi" } });
    expect(answer.isError).toBeUndefined();
    expect(rig.bugs).toEqual([]);
  });
}
