import type { PerDay } from "../core/budgets/days.ts";
import type { MethodResult } from "../protocol/methods.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import { reload } from "./config/reload.ts";
import type { LivePart } from "./config/settings.ts";
import type { Logger } from "./telemetry/logger.ts";

/** The settings that a running daemon can take over anew; all of a checked configuration, or none of it. */
export class LiveSettings {
  readonly #readSettings: () => LoadedSettings;
  readonly #log: Logger;
  readonly #started: LoadedSettings;
  #taken: LoadedSettings;

  constructor(parts: { loaded: LoadedSettings; readSettings: () => LoadedSettings; log: Logger }) {
    this.#started = parts.loaded;
    this.#taken = parts.loaded;
    this.#readSettings = parts.readSettings;
    this.#log = parts.log;
    this.#apply();
  }

  /** Those that a reload takes over, as they are now. */
  get current(): LivePart {
    return this.#taken.settings;
  }

  /** What a principal may spend a day, as it is now. */
  perDay(): PerDay {
    const { usdPerDay: usd, tokensPerDay: tokens } = this.current.budget;
    return { ...(usd !== undefined && { usd }), ...(tokens !== undefined && { tokens }) };
  }

  /**
   * Refuses with `config.invalid`, and nothing has changed. Tells what is otherwise than what the daemon runs with: what only a
   * new start takes over is told until there is one, or until it is as it was.
   */
  reload(): MethodResult<"daemon.reload"> {
    const next = this.#readSettings();
    const { changed, needRestart } = reload({ started: this.#started, taken: this.#taken }, next);
    this.#taken = next;
    this.#apply();
    this.#log.info({ changed, needRestart }, "settings reloaded");
    return { changed, needRestart, notices: next.notices };
  }

  #apply(): void {
    this.#log.level = this.current.logLevel;
  }
}
