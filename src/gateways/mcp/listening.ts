import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  SERVER_INFO_META_KEY,
  type ServerCapabilities,
  type ServerEvent,
  SUBSCRIPTION_ID_META_KEY,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { McpPeer } from "./mcp-peer.ts";
import type { TaskWish } from "./tasks/watch-task.ts";

/** Where changes come from. */
export interface Changes {
  onChange(peer: McpPeer, listener: (event: ServerEvent) => void): Disposable;
  /** Tells of changes of a resource that this peer may read; `undefined` where there is none. */
  watch(peer: McpPeer, uri: string, onUpdated: () => void): Promise<Disposable | undefined>;
  /** Tells how a task of this peer's stands; `undefined` where there is none. Absent where nobody knows tasks. */
  watchTask?(peer: McpPeer, wish: TaskWish): Promise<Disposable | undefined>;
}

const maxResources = 64;
const maxTasks = 64;

export const subscriptionFilter = z.object({
  toolsListChanged: z.boolean().optional(),
  promptsListChanged: z.boolean().optional(),
  resourcesListChanged: z.boolean().optional(),
  resourceSubscriptions: z.array(z.string().max(2048)).max(maxResources).optional(),
  taskIds: z.array(z.string().max(128)).max(maxTasks).optional(),
});
type SubscriptionFilter = z.infer<typeof subscriptionFilter>;

const lists = {
  tools_list_changed: ["toolsListChanged", "notifications/tools/list_changed", "tools"],
  prompts_list_changed: ["promptsListChanged", "notifications/prompts/list_changed", "prompts"],
  resources_list_changed: ["resourcesListChanged", "notifications/resources/list_changed", "resources"],
} as const;

export interface ListenParts {
  message: JSONRPCRequest;
  filter: SubscriptionFilter;
  changes: Changes;
  peer: McpPeer;
  capabilities: ServerCapabilities;
  server: { name: string; version: string };
  told: Told;
}

/** Whoever carries what is told to the client. */
export interface Told extends Disposable {
  send(message: JSONRPCMessage): Promise<void>;
  /** The last message, and nothing after it. */
  end(message: JSONRPCMessage): void;
}

/**
 * A stream of `subscriptions/listen`: says first what of the filter it keeps, then each change of that, and, where
 * the daemon ends it, the result. It holds nothing back: a change is a hint, and what changed is read anew.
 */
export class Listening implements Disposable {
  readonly #parts: ListenParts;
  readonly #watching = new DisposableStack();

  constructor(parts: ListenParts) {
    this.#parts = parts;
  }

  /** Begins; answers whether there is anything to wait for. One that is disposed meanwhile tells nothing more. */
  async begin(): Promise<"listening" | "nothing"> {
    const { changes, peer } = this.#parts;
    const acknowledged = Promise.withResolvers<void>();
    const honored = await this.#honor(acknowledged.promise);
    if (this.#watching.disposed) return "nothing";
    await this.#tell("notifications/subscriptions/acknowledged", { notifications: honored });
    acknowledged.resolve();
    if (this.#watching.disposed) return "nothing";
    this.#holds(changes.onChange(peer, (event) => this.#changed(event, honored)));
    if (Object.keys(honored).length > 0) return "listening";
    this.end();
    return "nothing";
  }

  /** The daemon has nothing more to tell. */
  end(): void {
    const { message, server } = this.#parts;
    const _meta = { [SUBSCRIPTION_ID_META_KEY]: message.id, [SERVER_INFO_META_KEY]: server };
    const result = { resultType: "complete", _meta };
    this[Symbol.dispose]();
    this.#parts.told.end({ jsonrpc: "2.0", id: message.id, result });
  }

  [Symbol.dispose](): void {
    this.#watching.dispose();
    this.#parts.told[Symbol.dispose]();
  }

  /** What of the filter is watched from now on. */
  async #honor(acknowledged: Promise<void>): Promise<SubscriptionFilter> {
    const { filter, capabilities } = this.#parts;
    const honored: SubscriptionFilter = {};
    for (const [name, , capability] of Object.values(lists))
      if (filter[name] === true && capabilities[capability]?.listChanged === true) honored[name] = true;
    const uris = await this.#watchAll(capabilities.resources?.subscribe === true ? filter.resourceSubscriptions : []);
    if (uris.length > 0) honored.resourceSubscriptions = uris;
    const taskIds = await this.#watchTasks(filter.taskIds, acknowledged);
    if (taskIds.length > 0) honored.taskIds = taskIds;
    return honored;
  }

  async #watchAll(uris: readonly string[] = []): Promise<string[]> {
    const { changes, peer } = this.#parts;
    const watched = [...new Set(uris)].map(async (uri) => {
      const onUpdated = () => this.#hint("notifications/resources/updated", { uri });
      return this.#holds(await changes.watch(peer, uri, onUpdated)) ? [uri] : [];
    });
    return (await Promise.all(watched)).flat();
  }

  /** Nothing is told of a task before what is listened to. */
  async #watchTasks(taskIds: readonly string[] = [], acknowledged: Promise<void>): Promise<string[]> {
    const { changes, peer, message } = this.#parts;
    const meta = message.params?._meta;
    const tell = async (task: Record<string, unknown>) => {
      await acknowledged;
      await this.#tell("notifications/tasks", task);
    };
    const watched: string[] = [];
    for (const taskId of new Set(taskIds))
      if (this.#holds(await changes.watchTask?.(peer, { taskId, meta, tell }))) watched.push(taskId);
    return watched;
  }

  /** Whether there is anything that is watched from now on, as long as this listens. */
  #holds(watching: Disposable | undefined): boolean {
    if (watching === undefined) return false;
    if (this.#watching.disposed) watching[Symbol.dispose]();
    else this.#watching.use(watching);
    return true;
  }

  #changed(event: ServerEvent, honored: SubscriptionFilter): void {
    if (event.kind === "resource_updated") return;
    const [name, method] = lists[event.kind];
    if (honored[name] === true) this.#hint(method, event.params ?? {});
  }

  /** A client that has gone meanwhile needs no word. */
  #hint(method: string, params: Record<string, unknown>): void {
    this.#tell(method, params).catch(() => {});
  }

  async #tell(method: string, params: Record<string, unknown>): Promise<void> {
    const _meta = { [SUBSCRIPTION_ID_META_KEY]: this.#parts.message.id };
    await this.#parts.told.send({ jsonrpc: "2.0", method, params: { ...params, _meta } });
  }
}
