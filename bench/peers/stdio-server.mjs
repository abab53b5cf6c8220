import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

// What a bridge stands in front of.
serveStdio(() => {
  const server = new McpServer({ name: "stdio", version: "1" });
  const inputSchema = z.object({ text: z.string() });
  server.registerTool("echo", { description: "Answers its text.", inputSchema }, async ({ text }) => ({
    content: [{ type: "text", text }],
  }));
  return server;
});
