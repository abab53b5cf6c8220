import type { CallOptions } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { Remembered } from "./remembered.ts";

/** Whether a call goes with its client: until that has its handle, by what the start said; the journal tells it after a restart. */
export class Attachment {
  readonly #outbox: Pick<Outbox, "emit">;
  #goesWithClient: boolean;

  constructor(parts: { outbox: Pick<Outbox, "emit">; options: CallOptions; record: Remembered }) {
    this.#outbox = parts.outbox;
    this.#goesWithClient = parts.options.onDisconnect === "cancel" && parts.record.isReleased !== true;
  }

  /** Whether it ends when its client has left. */
  get goesWithClient(): boolean {
    return this.#goesWithClient;
  }

  /** Its client has its handle. */
  release(): void {
    if (this.#goesWithClient) this.#outbox.emit("call.released", {});
    this.#goesWithClient = false;
  }
}
