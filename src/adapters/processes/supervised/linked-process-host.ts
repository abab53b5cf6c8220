import { orAborted } from "../../../base/abort.ts";
import type { Clock } from "../../../base/clock.ts";
import { exponentialBackoffMs } from "../../../base/exponential-backoff.ts";
import { orLate } from "../../../base/or-late.ts";
import type { Child, Confinement, ProcessHost, ProcessSpec } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import { findExecutable } from "./executable.ts";
import { HostLink } from "./link/host-link.ts";
import { PipedChild } from "./piped-child.ts";
import { reapFolder } from "./reap.ts";
import type { WaySettings } from "./ways/find-way.ts";

/** One that has lived so long was not lost for a reason that is there still. */
const steadyMs = 60_000;
const again = { firstMs: 250, longestMs: 30_000 };
const answerMs = 2000;

interface LinkedParts extends WaySettings {
  clock: Clock;
}

/**
 * Commands as children of a small process of its own, which ends them when this one is gone; when that one is
 * gone, its commands are ended from here and it is started again: at once the first time, then after a wait that
 * doubles, during which `process.unavailable` answers.
 */
export async function openLinkedProcessHost(parts: LinkedParts): Promise<ProcessHost> {
  const host = new LinkedProcessHost(parts);
  await host.opened();
  return host;
}

class LinkedProcessHost implements ProcessHost {
  readonly #clock: Clock;
  readonly #settings: WaySettings;
  #confinement: Confinement = { way: "C", limits: "none", missing: [] };
  #link: Promise<HostLink>;
  #losses = 0;
  #again: { atMs: number; timer: Disposable } | undefined;
  #isClosing = false;

  constructor({ clock, ...settings }: LinkedParts) {
    this.#clock = clock;
    this.#settings = settings;
    this.#link = this.#start();
  }

  /** Refuses where the first start of the process fails. */
  async opened(): Promise<void> {
    await this.#link;
  }

  get confinement(): Confinement {
    return this.#confinement;
  }

  async check(): Promise<void> {
    const answered = this.#usable().then(async (link) => {
      await link.ask({ do: "ping" });
      return "answered";
    });
    if ((await orLate(answered, { clock: this.#clock, afterMs: answerMs })) !== undefined) return;
    const message = `Cannot start a command: the process that supervises them is silent, expected an answer in ${answerMs} ms`;
    throw new Fault("process.unavailable", message);
  }

  find(name: string, path: string): Promise<string | undefined> {
    return findExecutable(name, path);
  }

  async start(spec: ProcessSpec, signal: AbortSignal): Promise<Child> {
    const link = await orAborted(this.#usable(), signal);
    const { supervision, pipes } = await link.start(spec, signal);
    return new PipedChild({ supervision, pipes, clock: this.#clock });
  }

  reap(): Promise<number> {
    return reapFolder(this.#settings.folder, this.#clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.#again?.timer[Symbol.dispose]();
    const link = await this.#link.catch(() => undefined);
    await link?.close();
  }

  async #usable(): Promise<HostLink> {
    if (this.#again === undefined) return await this.#link;
    const retryAfterMs = Math.max(1, Math.ceil(this.#again.atMs - this.#clock.monotonicMs()));
    const message = `Cannot start a command: the process that supervises them was lost ${this.#losses} times, expected again in ${retryAfterMs} ms`;
    throw new Fault("process.unavailable", message, { retryAfterMs, facts: { losses: this.#losses } });
  }

  async #start(): Promise<HostLink> {
    const sinceMs = this.#clock.monotonicMs();
    const { link, confinement } = await HostLink.start(this.#settings, () => this.#lost(sinceMs));
    this.#confinement = confinement;
    return link;
  }

  /** What it left is ended before a next one can start anything. */
  async #lost(sinceMs: number): Promise<void> {
    if (this.#isClosing) return;
    const reaped = this.reap();
    const livedMs = this.#clock.monotonicMs() - sinceMs;
    this.#losses = livedMs >= steadyMs ? 1 : this.#losses + 1;
    const waitMs = this.#losses === 1 ? 0 : exponentialBackoffMs(this.#losses - 1, again);
    if (waitMs === 0) this.#restart(reaped);
    else
      this.#again = {
        atMs: this.#clock.monotonicMs() + waitMs,
        timer: this.#clock.timer(waitMs, () => this.#restart(reaped)),
      };
    await reaped;
  }

  #restart(after: Promise<unknown>): void {
    this.#again = undefined;
    this.#link = after.then(() => this.#start());
    this.#link.catch(() => {});
  }
}
