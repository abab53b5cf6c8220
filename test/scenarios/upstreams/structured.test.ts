import { expect, test } from "vitest";
import { OfficialClient, officials } from "../mcp-clients/official.ts";
import { daemonOver, program, use } from "./servers.ts";

test("clients that check structured content take a server's description of it, and what does not fit is refused", async () => {
  await using daemon = await daemonOver({ notebook: program("mcp-notebook") });
  expect(await use(daemon, "notebook.structured")).toMatchObject({ content: "three" });
  expect((await use(daemon, "notebook.miscounted")).fault).toMatchObject({
    code: "upstream.unreadable",
    message: expect.stringContaining("does not fit its own schema: /count"),
  });
  const reach = { url: daemon.url, token: daemon.token, env: daemon.clientEnv, cwd: daemon.home };
  for (const official of officials.filter(({ way }) => way === "HTTP")) {
    await using client = await OfficialClient.connect(official, reach);
    const described = (await client.tools()).find(({ name }) => name === "notebook.structured");
    expect(JSON.stringify(described)).toContain(
      '"structured":{"type":"object","properties":{"count":{"type":"integer"}}',
    );
    const answer = await client.call("notebook.structured", {});
    expect(answer.structuredContent).toMatchObject({ result: { data: { structured: { count: 3 } } } });
  }
});
