import type { Caller } from "../../core/tenants/caller.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Params } from "../../protocol/methods.ts";
import { McpChannel } from "./mcp-channel.ts";
import type { McpPort } from "./parts.ts";
import type { Pump } from "./pump.ts";

const maxChannels = 16;

export interface McpChannelsParts {
  mcp: McpPort;
  caller: Caller;
  pump: Pump;
  onBug: (error: unknown) => void;
}

/** The conversations of MCP on one connection. They end with it; what they started does not. */
export class McpChannels implements Disposable {
  readonly #parts: McpChannelsParts;
  readonly #channels = new Map<number, McpChannel>();
  #last = 0;
  #isClosed = false;

  constructor(parts: McpChannelsParts) {
    this.#parts = parts;
  }

  /** Answers the number of a new conversation; refuses with `session.limit`. */
  async open({ shim, cwd }: Params<"mcp.open">): Promise<number> {
    if (this.#channels.size >= maxChannels)
      throw new Fault("session.limit", `Cannot speak MCP: ${maxChannels} channels are open, expected fewer`);
    const { mcp, caller, pump } = this.#parts;
    const channel = new McpChannel({ number: ++this.#last, shim, pump });
    this.#channels.set(channel.number, channel);
    const ended = () => {
      if (this.#channels.has(channel.number)) pump.reply(closedText(channel.number));
      this.#end(channel);
    };
    try {
      const conversation = await mcp.open({
        caller,
        ...(cwd === undefined ? {} : { cwd }),
        keyOf: (request) => channel.keyOf(request),
        send: (message) => channel.send(message),
        ended,
      });
      channel.begin(conversation);
    } catch (error) {
      this.#end(channel);
      throw error;
    }
    if (this.#isClosed) this.#end(channel);
    return channel.number;
  }

  /** Refuses with `session.unknown` where there is no such channel here. */
  channel(number: number): McpChannel {
    const channel = this.#channels.get(number);
    if (channel !== undefined) return channel;
    throw new Fault("session.unknown", `Cannot use MCP channel ${number}: it is not open, expected mcp.open first`);
  }

  /** Answers whether the client may know of `seq`; what it says of a channel that has ended changes nothing. */
  ack(number: number, seq: number): boolean {
    return this.#channels.get(number)?.ack(seq) ?? number <= this.#last;
  }

  /** Ends a conversation; one that is not there has ended. */
  close(number: number): void {
    const channel = this.#channels.get(number);
    if (channel !== undefined) this.#end(channel);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const channel of [...this.#channels.values()]) this.#end(channel);
  }

  #end(channel: McpChannel): void {
    this.#channels.delete(channel.number);
    channel[Symbol.asyncDispose]().catch(this.#parts.onBug);
  }
}

function closedText(channel: number): string {
  return JSON.stringify({ jsonrpc: "2.0", method: "mcp.close", params: { channel } });
}
