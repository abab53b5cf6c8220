import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

// The SDK's own transport, wired as its documentation does: stateful sessions of 2025-11-25, and exchanges of 2026-07-28.
const input = z.object({ text: z.string() });

function made() {
  const server = new McpServer({ name: "sdk", version: "1" });
  server.registerTool("echo", { description: "Answers its text.", inputSchema: input }, async ({ text }) => ({
    content: [{ type: "text", text }],
  }));
  return server;
}

const modern = toNodeHandler(createMcpHandler(made, { legacy: "reject" }));
const sessions = new Map();

async function serve(request, response) {
  if (request.headers["mcp-protocol-version"] === "2026-07-28") {
    await modern(request, response);
    return;
  }
  const known = sessions.get(request.headers["mcp-session-id"]);
  const transport = known ?? (await opened());
  await transport.handleRequest(request, response);
}

async function opened() {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await made().connect(transport);
  return transport;
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () =>
  console.log(`listens on http://127.0.0.1:${server.address().port}/mcp`),
);
