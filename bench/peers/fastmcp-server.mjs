import { FastMCP } from "fastmcp";
import { z } from "zod";

const port = Number(process.argv[2]);
const server = new FastMCP({ name: "fastmcp", version: "1.0.0", logger: quiet() });
server.addTool({
  name: "echo",
  description: "Answers its text.",
  parameters: z.object({ text: z.string() }),
  execute: async ({ text }) => text,
});
await server.start({
  transportType: "httpStream",
  httpStream: { port, host: "127.0.0.1", endpoint: "/mcp", enableJsonResponse: true },
});
console.log(`listens on http://127.0.0.1:${port}/mcp`);

function quiet() {
  const nothing = () => {};
  return { debug: nothing, error: nothing, info: nothing, log: nothing, warn: nothing };
}
