import type { McpServers } from "../gateways/mcp/mcp-servers.ts";
import type { McpClient, McpConversation, McpPort } from "../gateways/websocket/parts.ts";

/** MCP for whoever carries single messages; what it takes is loaded with the first conversation. */
export function openMcpChannels(servers: () => Promise<McpServers>): McpPort {
  return { open: async (client) => await converse(await servers(), client) };
}

async function converse(servers: McpServers, client: McpClient): Promise<McpConversation> {
  const { MessageChannel } = await import("../gateways/mcp/message-channel.ts");
  return new MessageChannel({
    open: () => servers.open(client),
    send: (message) => client.send(message),
    ended: () => client.ended(),
  });
}
