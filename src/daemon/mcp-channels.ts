import type { McpPeer } from "../gateways/mcp/mcp-peer.ts";
import type { McpServers } from "../gateways/mcp/mcp-servers.ts";
import type { McpClient, McpConversation, McpPort } from "../gateways/websocket/parts.ts";

/** MCP for whoever carries single messages; what it takes is loaded with the first conversation. */
export function openMcpChannels(servers: () => Promise<McpServers>): McpPort {
  return { open: async (client) => await converse(await servers(), client) };
}

async function converse(servers: McpServers, client: McpClient): Promise<McpConversation> {
  const { MessageChannel } = await import("../gateways/mcp/message-channel.ts");
  const { caller, cwd } = client;
  const peer: McpPeer = {
    caller,
    ...(cwd !== undefined && { cwd }),
    keyOf: (request) => client.keyOf(request),
    lists: "told",
  };
  return new MessageChannel({
    open: () => servers.open(peer),
    listening: servers.listeningOf(peer),
    send: (message) => client.send(message),
    ended: () => client.ended(),
  });
}
