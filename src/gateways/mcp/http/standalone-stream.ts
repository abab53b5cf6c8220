import type { ServerResponse } from "node:http";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { orAborted } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { EventStream, eventText } from "../../answers/event-stream.ts";
import type { Changes } from "../listening.ts";
import type { McpSession } from "./mcp-session.ts";
import { eventId, standalone } from "./stream-cursor.ts";

export interface StandaloneParts {
  response: ServerResponse;
  session: McpSession;
  changes: Pick<Changes, "onChange">;
  clock: Clock;
  epoch: string;
}

const lists = ["tools", "prompts", "resources"] as const;

/**
 * What a session tells its client unasked: that lists and resources have changed. Who comes back to it after a cut
 * is told that they may have, because nobody keeps count of hints.
 */
export class StandaloneStream {
  readonly #parts: StandaloneParts;
  #stream: EventStream | undefined;

  constructor(parts: StandaloneParts) {
    this.#parts = parts;
  }

  /** Rejects with the reason of the signal, once that aborts. */
  async run(begin: "new" | "resumed", signal: AbortSignal): Promise<void> {
    const { session, changes } = this.#parts;
    using stream = new EventStream(this.#parts);
    this.#stream = stream;
    using _attached = session.transport.attach(this);
    using _changes = changes.onChange(session, ({ kind }) => {
      const list = lists.find((name) => kind === `${name}_list_changed`);
      if (list !== undefined) void this.#hint(list);
    });
    if (session.isPrimed) await stream.send(eventText({ id: this.#id(), data: "" }));
    if (begin === "resumed") await Promise.all(lists.map((list) => this.#hint(list)));
    await orAborted(new Promise<never>(() => {}), signal);
  }

  /** Resolves once the socket has room; without effect where no stream is open. */
  async tell(message: JSONRPCMessage): Promise<void> {
    await this.#stream?.send(eventText({ id: this.#id(), data: JSON.stringify(message) }));
  }

  async #hint(list: (typeof lists)[number]): Promise<void> {
    if (this.#parts.session.server.getCapabilities()[list]?.listChanged !== true) return;
    await this.tell({ jsonrpc: "2.0", method: `notifications/${list}/list_changed` });
  }

  #id(): string {
    return eventId(this.#parts.epoch, standalone);
  }
}
