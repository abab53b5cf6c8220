import { McpChannel, type McpChannelOptions, type McpChannelParts } from "./mcp-channel.ts";

/** The conversations of MCP of one client, over its connections. */
export class McpChannels {
  readonly #parts: Pick<McpChannelParts, "requests" | "send" | "signal">;
  readonly #channels = new Set<McpChannel>();

  constructor(parts: Pick<McpChannelParts, "requests" | "send" | "signal">) {
    this.#parts = parts;
  }

  /** One more conversation, to be begun by whoever knows that there is a connection. */
  add(options: McpChannelOptions): McpChannel {
    const onDispose = (which: McpChannel) => void this.#channels.delete(which);
    const channel = new McpChannel({ ...options, ...this.#parts, onDispose });
    this.#channels.add(channel);
    return channel;
  }

  /** A connection is there. */
  opened(): void {
    for (const channel of [...this.#channels]) channel.opened();
  }

  /** The connection is gone. */
  down(): void {
    for (const channel of [...this.#channels]) channel.down();
  }

  /** Gives a notification to the conversation that it belongs to. */
  heard(method: "mcp.message" | "mcp.close", params: unknown): void {
    for (const channel of this.#channels) if (channel.heard(method, params)) return;
  }
}
