import { type JSONRPCMessage, type JSONRPCRequest, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/server";
import { isRecord } from "../../base/is-record.ts";
import { type Reports, refusalOf } from "../../core/operations/refusal.ts";
import type { Fault } from "../../protocol/fault.ts";
import { type Changes, Listening, type ListenParts, subscriptionFilter } from "./listening.ts";
import { modernVersions } from "./server-options.ts";

/** Subscriptions of one conversation at once. */
const mostListening = 64;

export interface ChannelListeningParts extends Pick<ListenParts, "peer" | "capabilities" | "server"> {
  changes: Changes;
  reports: Reports;
  send: (message: JSONRPCMessage) => Promise<void>;
}

type Id = JSONRPCRequest["id"];
type Message = Readonly<Record<string, unknown>>;

/**
 * What a conversation over single messages listens to, by the requests of `subscriptions/listen` of 2026-07-28. The
 * end of the conversation answers none: whoever carries it may ask again elsewhere.
 */
export class ChannelListening implements Disposable {
  readonly #parts: ChannelListeningParts;
  readonly #open = new Map<Id, Listening>();

  constructor(parts: ChannelListeningParts) {
    this.#parts = parts;
  }

  /** Whether this message is about listening, and nobody else's. */
  take(message: Message): boolean {
    const { id, method, params } = message;
    if (method === "notifications/cancelled" && isRecord(params)) return this.#drop(params["requestId"] as Id);
    if (method !== "subscriptions/listen" || !isModern(params) || (typeof id !== "string" && typeof id !== "number"))
      return false;
    this.#listen({ jsonrpc: "2.0", id, method, params }).catch((error: unknown) => this.#report(error));
    return true;
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#open.keys()]) this.#drop(id);
  }

  async #listen(message: JSONRPCRequest): Promise<void> {
    const { id, params } = message;
    const filter = subscriptionFilter.safeParse(params?.["notifications"]);
    if (!filter.success)
      return await this.#refuse(id, -32602, "Cannot listen: `notifications` does not fit, expected a filter");
    if (this.#open.size >= mostListening)
      return await this.#refuse(id, -32603, `Cannot listen: ${mostListening} subscriptions are open, expected fewer`);
    const { send, reports: _, ...parts } = this.#parts;
    const end = (last: JSONRPCMessage) => {
      this.#drop(id);
      send(last).catch((error: unknown) => this.#report(error));
    };
    const told = { send, end, [Symbol.dispose]() {} };
    const listening = new Listening({ ...parts, message, filter: filter.data, told });
    this.#drop(id);
    this.#open.set(id, listening);
    try {
      await listening.begin();
    } catch (error) {
      // Whoever cancelled it, or asked anew, waits for no word of this one.
      if (this.#open.get(id) !== listening) return;
      this.#drop(id);
      await this.#refuse(id, -32603, this.#report(error).message);
    }
  }

  async #refuse(id: Id, code: number, message: string): Promise<void> {
    await this.#parts.send({ jsonrpc: "2.0", id, error: { code, message } });
  }

  #report(error: unknown): Fault {
    return refusalOf(error, this.#parts.reports, { place: "mcp", trace: "" });
  }

  #drop(id: Id): boolean {
    this.#open.get(id)?.[Symbol.dispose]();
    return this.#open.delete(id);
  }
}

function isModern(params: unknown): params is Record<string, unknown> {
  const meta = isRecord(params) ? params["_meta"] : undefined;
  return isRecord(meta) && modernVersions.includes(String(meta[PROTOCOL_VERSION_META_KEY]));
}
