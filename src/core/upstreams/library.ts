import { Cancelled, orAborted } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { Disposal } from "../../base/disposal.ts";
import { orLate } from "../../base/or-late.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Caller } from "../tenants/caller.ts";
import { mayUse } from "../tenants/scopes.ts";
import { addressAt, type ServerPlace, serverPlaceOf } from "./addresses.ts";
import { isAddress, mayBeRead } from "./resource-list.ts";
import { ResourceWatch } from "./resource-watch.ts";
import type { UpstreamServer } from "./server.ts";
import type { Change } from "./server-sessions.ts";
import { type Completion, type Content, completionOf, contentsOf, type PromptText, promptTextOf } from "./texts.ts";
import type { Offer, Reading, UpstreamPrompt, UpstreamResource, UpstreamTemplate } from "./upstream.ts";
import type { Upstreams } from "./upstreams.ts";

/** Who lists resources, or watches one, does not wait longer for servers that have not answered. */
const listMs = 5000;

export interface LibraryParts {
  upstreams: Pick<Upstreams, "offersTo" | "enter" | "settled" | "onChange">;
  clock: Clock;
}

/** Whoever reads, and until when. */
export interface Reader {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** What is to be completed, by the names that all clients know. */
export type Completing = Omit<Extract<Reading, { kind: "completion" }>, "kind">;

/**
 * What there is to be read at the servers behind the daemon: prompts as `server.prompt`, resources and forms of
 * addresses behind `exai://servers/`. Each caller reads in its own session, what its token may use; what it may not
 * is as unknown as nothing.
 */
export class Library implements Disposable {
  readonly #parts: LibraryParts;
  readonly #over = new AbortController();
  /** Lists that are read, by server and user. */
  readonly #listing = new Map<string, Promise<readonly UpstreamResource[]>>();
  readonly #watches = new Set<ResourceWatch>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #changes: Disposable;

  constructor(parts: LibraryParts) {
    this.#parts = parts;
    this.#changes = parts.upstreams.onChange((change) => this.#changed(change));
  }

  /** Fires when there are other resources: for one principal, or for everybody. */
  onChange(listener: (change: Change) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Named `server.prompt`, of the servers whose tools this token may use; waits until those were looked at. */
  async prompts({ caller, signal }: Reader): Promise<UpstreamPrompt[]> {
    await this.#parts.upstreams.settled(signal);
    return [...this.#offers(caller)].flatMap(([server, { prompts }]) =>
      [...prompts.values()]
        .map((prompt) => ({ ...prompt, name: `${server.name}.${prompt.name}`, title: titleOf(server, prompt.title) }))
        .filter(({ name }) => mayUse(caller, { name, scope: "tools" })),
    );
  }

  /** Of the servers that this token may read all of, with addresses of ours around theirs. */
  async templates({ caller, signal }: Reader): Promise<UpstreamTemplate[]> {
    await this.#parts.upstreams.settled(signal);
    const readable = [...this.#offers(caller)].filter(([server]) => mayReadAll(caller, server.name));
    return readable.flatMap(([server, { templates }]) => [...templates.values()].map((each) => shown(server, each)));
  }

  /** In the servers' order. One that has not answered in five seconds is left out; that it has is told as a change. */
  async resources(reader: Reader): Promise<UpstreamResource[]> {
    const { caller, signal } = reader;
    await this.#parts.upstreams.settled(signal);
    const readable = [...this.#offers(caller)].filter(([server]) => mayReadAll(caller, server.name));
    const having = readable.filter(([, { hasResources }]) => hasResources);
    const lists = having.map(async ([server]) => {
      const found = await this.#soon(caller, this.#list(server, caller));
      return found.map((each) => shown(server, each));
    });
    return (await orAborted(Promise.all(lists), signal)).flat();
  }

  /** `undefined` where this caller knows no such prompt. */
  async prompt(
    reader: Reader,
    { name, given }: { name: string; given: Readonly<Record<string, string>> },
  ): Promise<PromptText | undefined> {
    const found = (await this.prompts(reader)).find((prompt) => prompt.name === name);
    if (found === undefined) return undefined;
    const [server, prompt] = parted(name);
    const answer = await this.#read(server, reader, { kind: "prompt", name: prompt, arguments: given });
    return promptTextOf(server, answer);
  }

  /** All that stands at an address; `undefined` where this caller knows no such server. */
  async read(reader: Reader, place: ServerPlace): Promise<Content[] | undefined> {
    const server = this.#readable(reader.caller, place);
    if (server === undefined) return undefined;
    const answer = await this.#read(server.name, reader, { kind: "resource", uri: place.uri });
    return contentsOf(server.name, place.uri, answer);
  }

  /** `undefined` where it is nothing of a server's that this caller knows. */
  async complete(reader: Reader, { of, argument, given }: Completing): Promise<Completion | undefined> {
    const asked = "prompt" in of ? await this.#promptOf(reader, of.prompt) : this.#templateOf(reader, of.template);
    if (asked === undefined) return undefined;
    return completionOf(await this.#read(asked.server, reader, { kind: "completion", of: asked.of, argument, given }));
  }

  /**
   * Tells of what is at an address until it is disposed, at the latest until the end of the library; `undefined` where
   * this caller knows no such server.
   */
  async watch(caller: Caller, place: ServerPlace, onUpdated: () => void): Promise<Disposable | undefined> {
    const server = this.#readable(caller, place);
    if (server === undefined) return undefined;
    const enter = (signal: AbortSignal) => this.#parts.upstreams.enter(server.name, caller, signal);
    this.#over.signal.throwIfAborted();
    const watch = new ResourceWatch({ clock: this.#parts.clock, uri: place.uri, enter, onUpdated });
    this.#watches.add(watch);
    await watch.begun(listMs);
    return new Disposal(() => {
      this.#watches.delete(watch);
      watch[Symbol.dispose]();
    });
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Cancelled("shutdown"));
    for (const watch of this.#watches) watch[Symbol.dispose]();
    this.#changes[Symbol.dispose]();
  }

  /** A program of an agent's run has what that was given, and this is none of it. */
  *#offers(caller: Caller): Iterable<[UpstreamServer, Offer]> {
    if (caller.allowance === undefined) yield* this.#parts.upstreams.offersTo(caller);
  }

  #readable(caller: Caller, { server: name, uri }: ServerPlace): UpstreamServer | undefined {
    if (!isAddress(uri) || !mayReadAll(caller, name)) return undefined;
    const [server] = [...this.#offers(caller)].find(([each, offer]) => each.name === name && offer.hasResources) ?? [];
    return server !== undefined && mayBeRead(server, uri) ? server : undefined;
  }

  async #promptOf(reader: Reader, name: string): Promise<{ server: string; of: { prompt: string } } | undefined> {
    const isKnown = (await this.prompts(reader)).some((prompt) => prompt.name === name);
    const [server, prompt] = parted(name);
    return isKnown ? { server, of: { prompt } } : undefined;
  }

  #templateOf({ caller }: Reader, address: string): { server: string; of: { template: string } } | undefined {
    const { server = "", uri: template = "" } = serverPlaceOf(address) ?? {};
    const [, offer] = [...this.#offers(caller)].find(([each]) => each.name === server) ?? [];
    const isKnown = offer?.templates.has(template) === true && mayReadAll(caller, server);
    return isKnown ? { server, of: { template } } : undefined;
  }

  async #read(server: string, { caller, signal }: Reader, reading: Reading): Promise<unknown> {
    using lease = await this.#parts.upstreams.enter(server, caller, signal);
    return await lease.read(reading, signal);
  }

  /** One list at a time of a server for a user; who gives up leaves it to the others. */
  #list(server: UpstreamServer, caller: Caller): Promise<readonly UpstreamResource[]> {
    const key = JSON.stringify([server.name, caller.principal, caller.role, caller.roots]);
    const known = this.#listing.get(key);
    if (known !== undefined) return known;
    const list = this.#listNow(server.name, caller).finally(() => this.#listing.delete(key));
    this.#listing.set(key, list);
    return list;
  }

  async #listNow(server: string, caller: Caller): Promise<readonly UpstreamResource[]> {
    const { signal } = this.#over;
    using lease = await this.#parts.upstreams.enter(server, caller, signal);
    return await lease.resources(signal);
  }

  /** What comes in time; what comes later is told as a change. Why one fails stands in its session. */
  async #soon(caller: Caller, list: Promise<readonly UpstreamResource[]>): Promise<readonly UpstreamResource[]> {
    const found = list.catch((error: unknown) => {
      if (error instanceof Fault || this.#over.signal.aborted) return [];
      throw error;
    });
    const answer = await orLate(found, { clock: this.#parts.clock, afterMs: listMs });
    if (answer !== undefined) return answer;
    const { principal } = caller;
    found.then(
      (all) => all.length > 0 && this.#changed({ what: "resources", principal }),
      () => {},
    );
    return [];
  }

  #changed(change: Change): void {
    if (change.what !== "resources") return;
    for (const listener of this.#listeners) listener(change);
  }
}

/** Resources have no names of their own that a token could list: who may use whatever the server has may read them. */
function mayReadAll(caller: Caller, server: string): boolean {
  return mayUse(caller, { name: `${server}.*`, scope: "tools" });
}

function shown<T extends { uri: string }>(server: UpstreamServer, each: T): T {
  return { ...each, uri: addressAt({ server: server.name, uri: each.uri }) };
}

function titleOf({ name, title }: UpstreamServer, of: string): string {
  return `${of} (${title ?? name})`;
}

function parted(name: string): [server: string, prompt: string] {
  const at = name.indexOf(".");
  return [name.slice(0, at), name.slice(at + 1)];
}
