import { parse } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "../../client/client.ts";
import type { McpChannel } from "../../client/mcp-channel.ts";
import { Fault } from "../../protocol/fault.ts";
import { isNear, type Place, placeOf } from "../reach/place.ts";
import { reachOnce } from "../reach/reach.ts";
import { runningDaemon, urlOf } from "../reach/running.ts";
import type { Shell } from "../shell.ts";
import { faultText } from "../show/fault-text.ts";
import { Alarm } from "./alarm.ts";
import type { Conversation } from "./conversation.ts";
import type { Message } from "./message.ts";

/** How often to look where a daemon is that has gone while the client waits. */
const lookEveryMs = 250;
/** A daemon that is restarted by somebody is given so much time before one is started. */
const returnMs = 1500;
/** A client waits no longer for a daemon that is gone; and for what it asks later at least so long. */
const longestMs = 60_000;
const leastMs = 5000;
const firstRetryMs = 250;
const longestRetryMs = 5000;

export interface DaemonLinkParts {
  shell: Shell;
  /** A name that no other process has. */
  name: string;
  conversation: Conversation;
}

/** What is known of an absence: since when the daemon is gone, and since when the client waits for it. */
interface Absence {
  readonly sinceMs: number;
  awaitedMs: number | undefined;
}

/**
 * Keeps a conversation connected to the daemon that is meant, wherever that listens now, and starts one where
 * none runs; both only while the client waits for something.
 */
export class DaemonLink {
  readonly #parts: DaemonLinkParts;
  readonly #place: Place;
  readonly #alarm = new Alarm();
  #client: Client | undefined;
  #channel: McpChannel | undefined;
  #version: string | undefined;

  constructor(parts: DaemonLinkParts) {
    this.#parts = parts;
    this.#place = placeOf(parts.shell.env);
  }

  /** Bytes that wait in memory for the network. */
  get unsentBytes(): number {
    return this.#client?.connection.unsentBytes ?? 0;
  }

  /** The client may wait for something now. */
  readonly need = (): void => this.#alarm.ring();

  async send(message: Message, nth?: number): Promise<void> {
    if (this.#channel === undefined) throw new Error("A message was sent into no conversation");
    await this.#channel.send(message, nth);
  }

  /** Resolves once the signal aborts and the connection is closed. */
  async run(signal: AbortSignal): Promise<void> {
    const { conversation, shell } = this.#parts;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      if (!conversation.isAwaited) await this.#alarm.rung(Number.POSITIVE_INFINITY, signal);
      if (!conversation.isAwaited || signal.aborted) continue;
      try {
        await using client = await reachOnce({ ...shell, signal });
        retryMs = firstRetryMs;
        await this.#serve(client, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof Fault)) throw error;
        shell.screen.note(shell.screen.bad(faultText(error)));
        conversation.giveUp(error);
        await wait(retryMs, undefined, { signal }).catch(() => {});
        retryMs = Math.min(2 * retryMs, longestRetryMs);
      }
    }
  }

  /** Resolves when the client is of no more use: it ended, or the daemon is not where it looks. */
  async #serve(client: Client, signal: AbortSignal): Promise<void> {
    const { conversation, name } = this.#parts;
    let ended: Fault | undefined;
    using _states = client.onState(this.need);
    using channel = client.mcp({
      shim: name,
      ...this.#cwd(),
      onOpen: () => this.#opened(client),
      onDown: () => conversation.down(),
      onMessage: (message, consumed) => conversation.fromServer(message, consumed),
      onRefused: (fault) => {
        ended = fault;
        this.need();
      },
    });
    this.#client = client;
    this.#channel = channel;
    try {
      let absence: Absence | undefined;
      while (!signal.aborted && client.state !== "ended" && ended === undefined) {
        absence =
          client.state === "open" ? undefined : (absence ?? { sinceMs: performance.now(), awaitedMs: undefined });
        if (absence !== undefined && (await this.#isElsewhere(client, absence))) break;
        await this.#alarm.rung(absence?.awaitedMs === undefined ? Number.POSITIVE_INFINITY : lookEveryMs, signal);
      }
    } finally {
      this.#channel = undefined;
      this.#client = undefined;
      if (channel.isOpen) conversation.down();
    }
    if (ended !== undefined) throw ended;
    // Why it was let in no more is told by asking for entrance again.
  }

  /** A conversation begins on a connection; what was known of the daemon may hold no more. */
  #opened(client: Client): void {
    const { conversation } = this.#parts;
    const version = client.server?.version;
    conversation.opened();
    if (this.#version !== undefined && this.#version !== version) conversation.toolsChanged();
    this.#version = version;
  }

  /** Looks for the daemon while the client waits for it: hurries where it is back, gives up where that takes too long. */
  async #isElsewhere(client: Client, absence: Absence): Promise<boolean> {
    const { conversation } = this.#parts;
    absence.awaitedMs = conversation.isAwaited ? (absence.awaitedMs ?? performance.now()) : undefined;
    if (absence.awaitedMs === undefined) return false;
    const goneMs = performance.now() - absence.sinceMs;
    if (this.#place.kind === "local") {
      const running = await runningDaemon(this.#place.home);
      if (running === undefined && this.#place.starts && goneMs > returnMs) return true;
      if (running !== undefined && client.url !== urlOf(running)) return true;
      if (running !== undefined) client.connection.hurry();
    }
    if (goneMs < longestMs || performance.now() - absence.awaitedMs < leastMs) return false;
    const message = `Cannot ask the daemon: it has been away for ${Math.round(goneMs / 1000)} s; calls that it took are kept`;
    conversation.giveUp(new Fault("client.disconnected", message, { retryAfterMs: leastMs }));
    absence.awaitedMs = undefined;
    return false;
  }

  /** Directories of here mean nothing elsewhere; and a client that starts its servers at the top of everything means none. */
  #cwd(): { cwd?: string } {
    const { cwd } = this.#parts.shell;
    const isHere = this.#place.kind === "local" || isNear(this.#place.url);
    return isHere && cwd !== parse(cwd).root ? { cwd } : {};
  }
}
