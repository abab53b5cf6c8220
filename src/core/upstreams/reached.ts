import { Cancelled, orAborted, stoppedBy } from "../../base/abort.ts";
import type { Clock } from "../../base/clock.ts";
import { TimedAbort } from "../../base/timed-abort.ts";
import { readOffer } from "./offer.ts";
import { Relisting } from "./relisting.ts";
import { readResourceList } from "./resource-list.ts";
import type { UpstreamServer } from "./server.ts";
import { silent } from "./session-faults.ts";
import type { Offer, UpstreamConnection, UpstreamConnector, UpstreamResource, UpstreamUser } from "./upstream.ts";

/** A list of resources is good for so long, where its server does not say before that it has changed. */
const freshMs = 5000;

export interface ReachedParts {
  server: UpstreamServer;
  user: UpstreamUser;
  connector: Pick<UpstreamConnector, "connect">;
  clock: Clock;
  /** It has something else now. */
  onChange: (what: "offer" | "resources") => void;
  /** What it wrote for people. */
  onSaid: (line: string) => void;
}

/** It may be long in coming: its age begins with its arrival. */
interface ReadList {
  list: Promise<readonly UpstreamResource[]>;
  readMs: number;
}

/** A server that was reached, and what it has as it said last. */
export class Reached implements AsyncDisposable {
  readonly connection: UpstreamConnection;
  #offer: Offer;
  readonly #parts: ReachedParts;
  readonly #changes: Changes;
  readonly #over = new AbortController();
  #resources: ReadList | undefined;

  private constructor(parts: ReachedParts, found: { connection: UpstreamConnection; offer: Offer; changes: Changes }) {
    this.#parts = parts;
    this.connection = found.connection;
    this.#offer = found.offer;
    this.#changes = found.changes;
    found.changes.listens(this.#listAgain, this.#forget);
  }

  /** Refuses with `upstream.silent` where the server is not ready within its time, or as its connector does. */
  static async open(parts: ReachedParts, signal: AbortSignal): Promise<Reached> {
    const { server, user, connector, clock, onSaid } = parts;
    using until = new TimedAbort(signal, { clock, afterMs: server.startMs, by: "limit" });
    await using undo = new AsyncDisposableStack();
    try {
      const changes = undo.use(new Changes(clock));
      const connecting = connector.connect({ server, user, onChanged: changes.come, onSaid }, until.signal);
      const connection = undo.use(await connecting);
      const offer = await readOffer(connection, server, until.signal);
      undo.move();
      return new Reached(parts, { connection, offer, changes });
    } catch (error) {
      if (stoppedBy(until.signal) === "limit") throw silent(server, "start");
      throw error;
    }
  }

  get offer(): Offer {
    return this.#offer;
  }

  /** What there is to be read for this user now, give or take five seconds. Who waits for it ends with the signal. */
  async resources(signal: AbortSignal): Promise<readonly UpstreamResource[]> {
    const { clock } = this.#parts;
    if (this.#resources === undefined || clock.monotonicMs() - this.#resources.readMs >= freshMs) {
      const read = { list: this.#readResources(), readMs: Number.POSITIVE_INFINITY };
      this.#resources = read;
      read.list.then(
        () => {
          read.readMs = clock.monotonicMs();
        },
        () => {
          if (this.#resources === read) this.#resources = undefined;
        },
      );
    }
    return await orAborted(this.#resources.list, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Cancelled("shutdown"));
    this.#changes[Symbol.dispose]();
    await this.connection[Symbol.asyncDispose]();
  }

  async #readResources(): Promise<readonly UpstreamResource[]> {
    const { server } = this.#parts;
    if (!this.#offer.hasResources) return [];
    const entries = await this.#inTime((signal) => this.connection.list("resources", signal));
    return [...readResourceList(server, entries).all.values()];
  }

  /** Where it cannot be read the last offer stays, and the reason stands among what the server said. */
  readonly #listAgain = async (): Promise<void> => {
    const { server, onChange, onSaid } = this.#parts;
    try {
      this.#offer = await this.#inTime((signal) => readOffer(this.connection, server, signal));
      onChange("offer");
    } catch (error) {
      if (this.#over.signal.aborted) return;
      onSaid(`(its tools could not be listed again: ${error instanceof Error ? error.message : error})`);
    }
  };

  readonly #forget = async (): Promise<void> => {
    this.#resources = undefined;
    this.#parts.onChange("resources");
  };

  async #inTime<T>(read: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, server } = this.#parts;
    using until = new TimedAbort(this.#over.signal, { clock, afterMs: server.startMs, by: "limit" });
    try {
      return await orAborted(read(until.signal), until.signal);
    } catch (error) {
      if (stoppedBy(until.signal) === "limit") throw silent(server, "answer");
      throw error;
    }
  }
}

/** What a server says has changed, also while it is being reached; gathered, as often as it may say so. */
class Changes implements Disposable {
  readonly #of: Record<"offer" | "resources", Relisting>;
  readonly #read = { offer: async () => {}, resources: async () => {} };

  constructor(clock: Clock) {
    this.#of = {
      offer: new Relisting({ clock, read: () => this.#read.offer() }),
      resources: new Relisting({ clock, read: () => this.#read.resources() }),
    };
  }

  readonly come = (what: "offer" | "resources"): void => this.#of[what].changed();

  listens(offer: () => Promise<void>, resources: () => Promise<void>): void {
    Object.assign(this.#read, { offer, resources });
    this.#of.offer.listed();
  }

  [Symbol.dispose](): void {
    this.#of.offer[Symbol.dispose]();
    this.#of.resources[Symbol.dispose]();
  }
}
