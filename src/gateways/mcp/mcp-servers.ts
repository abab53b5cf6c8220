import { preloadSchemas, type Server, type ServerEvent } from "@modelcontextprotocol/server";
import { Cancelled } from "../../base/abort.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import { BegunCall, type Wishing } from "./begun-call.ts";
import type { ChannelListeningParts } from "./channel-listening.ts";
import type { House } from "./house.ts";
import type { McpPeer } from "./mcp-peer.ts";
import { PartialAnswers } from "./partial-answers.ts";
import { PeerServer } from "./peer-server.ts";
import { RequestStates } from "./request-states.ts";
import { watchResource } from "./resources/watch-resource.ts";
import { serverOptions } from "./server-options.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type TaskWish, watchTask } from "./tasks/watch-task.ts";
import { ToolTable } from "./tool-table.ts";

/** What the servers stand on. */
export type McpServersParts = Pick<
  House,
  "operations" | "journal" | "outputs" | "calls" | "library" | "clock" | "reports" | "settings"
>;

/** MCP over the daemon's operations, for whoever carries its messages. */
export class McpServers implements Disposable {
  readonly #house: House;
  readonly #stopping = new AbortController();

  constructor(parts: McpServersParts) {
    this.#house = {
      ...parts,
      tools: new ToolTable(),
      states: new RequestStates(parts.settings.key),
      partial: new PartialAnswers(),
      subscriptions: new Subscriptions(),
      info: { name: "exai", title: "EXAI", version: parts.settings.version },
      options: serverOptions,
      stopping: this.#stopping.signal,
    };
  }

  /** Builds what the protocol layer else builds while the first requests wait. */
  static preload(): void {
    preloadSchemas();
  }

  /** What a conversation of single messages is told of as it listens, as this peer. */
  listeningOf(peer: McpPeer): Omit<ChannelListeningParts, "send"> {
    const { info: server, options, reports } = this.#house;
    return { changes: this, peer, capabilities: options.capabilities ?? {}, server, reports };
  }

  /**
   * A server for one session, one connection, or one exchange of 2026-07-28; whoever carries the messages connects
   * a transport to it. It answers both eras.
   */
  open(peer: McpPeer): Server & { readonly isWatching: boolean } {
    return new PeerServer(this.#house, peer);
  }

  /**
   * Starts what a `tools/call` asks for, before its request is shown to a server object. Nothing where only that may
   * look at the request; whatever is not answered by what was begun is shown to one with it ({@link McpPeer.begun}).
   */
  begin(wishing: Wishing): BegunCall | undefined {
    return BegunCall.of(this.#house, wishing);
  }

  /** Tells a peer of lists and resources that have changed for its principal, or for everybody. */
  onChange({ caller }: McpPeer, listener: (event: ServerEvent) => void): Disposable {
    return this.#house.subscriptions.onChange(caller.principal, listener);
  }

  /**
   * Tells of what is at this address: when the call's part has come to its end, or what a server behind says of its
   * own. `undefined` where this peer has none such. For the carrier of a `subscriptions/listen`.
   */
  async watch(peer: McpPeer, uri: string, onUpdated: () => void): Promise<Disposable | undefined> {
    return await watchResource(this.#house, { caller: peer.caller, uri, onUpdated });
  }

  /** Tells how a task of this peer's stands, until it has ended; `undefined` where it has none such. */
  async watchTask({ caller }: McpPeer, wish: TaskWish): Promise<Disposable | undefined> {
    return await watchTask({ house: this.#house, caller }, wish);
  }

  /** The list of tools is another one: told to all of this principal who asked for it; to everybody where none is named. */
  toolsChanged(principal?: PrincipalId): void {
    this.#house.subscriptions.changed({ kind: "tools_list_changed" }, principal);
    this.#house.subscriptions.changed({ kind: "prompts_list_changed" }, principal);
  }

  /** There are other resources; told as {@link toolsChanged} is. */
  resourcesChanged(principal?: PrincipalId): void {
    this.#house.subscriptions.changed({ kind: "resources_list_changed" }, principal);
  }

  /** Everybody who waits gets its call's handle at once; what comes later does not wait. */
  [Symbol.dispose](): void {
    this.#stopping.abort(new Cancelled("shutdown"));
  }
}
