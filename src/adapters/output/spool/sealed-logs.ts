import { Turnover } from "../../../base/turnover.ts";
import type { CallId, PrincipalId } from "../../../protocol/ids.ts";
import type { SpoolLog } from "./spool-log.ts";

/** All that is kept in memory of a log that has ended. */
export interface Sealed {
  principal: PrincipalId;
  /** On disk; none where they were thrown away. */
  bytes: number;
}

const maxLoaded = 64;

/** Logs that have ended, oldest first: on disk, and a few of them, those last used, at hand. */
export class SealedLogs {
  readonly #load: (call: CallId) => Promise<SpoolLog | undefined>;
  readonly #known: Map<CallId, Sealed>;
  readonly #loaded = new Turnover<CallId, Promise<SpoolLog | undefined>>({ most: maxLoaded });

  constructor(parts: { load: (call: CallId) => Promise<SpoolLog | undefined>; known: Map<CallId, Sealed> }) {
    this.#load = parts.load;
    this.#known = parts.known;
  }

  /** The newest, at hand for whoever reads its end. */
  add(call: CallId, log: SpoolLog): void {
    this.#known.set(call, { principal: log.principal, bytes: log.bytes });
    this.#keep(call, Promise.resolve(log));
  }

  has(call: CallId): boolean {
    return this.#known.has(call);
  }

  /** In the order in which they ended; those of earlier starts by the age of their calls. */
  calls(): IterableIterator<CallId> {
    return this.#known.keys();
  }

  /** Always the same one while it is at hand. */
  async get(call: CallId): Promise<SpoolLog | undefined> {
    if (!this.#known.has(call)) return undefined;
    const log = this.#loaded.get(call) ?? this.#load(call);
    this.#keep(call, log);
    return await log;
  }

  /** The oldest that fits and still holds bytes. */
  find(fits: (sealed: Sealed) => boolean): CallId | undefined {
    for (const [call, sealed] of this.#known) if (sealed.bytes > 0 && fits(sealed)) return call;
    return undefined;
  }

  /** Throws the bytes of one away; that it was there stays known. */
  async empty(call: CallId): Promise<void> {
    const log = await this.get(call);
    while (await log?.dropOldest());
    const sealed = this.#known.get(call);
    if (sealed !== undefined) sealed.bytes = 0;
  }

  /** It is known no more, and its file goes. */
  async remove(call: CallId): Promise<void> {
    const log = await this.get(call);
    this.#known.delete(call);
    this.#loaded.delete(call);
    await log?.remove();
  }

  #keep(call: CallId, log: Promise<SpoolLog | undefined>): void {
    this.#loaded.set(call, log);
  }
}
