import { Turnover } from "../../base/turnover.ts";
import { fieldOf, type Message } from "./message.ts";

/** The eldest are given up first; no client has as many. */
const maxSubscriptions = 256;

/** What a client has said that holds until it goes: a new conversation begins with it. */
export class Standing {
  #initialize: Message | undefined;
  #initialized: Message | undefined;
  #level: Message | undefined;
  readonly #subscriptions = new Turnover<unknown, Message>({ most: maxSubscriptions });
  /** What the first server answered to `initialize`. */
  #answer: unknown;

  /** Looks at everything that the client says. */
  heard(message: Message): void {
    const { method, params } = message;
    if (method === "initialize") {
      this.#initialize = message;
      this.#answer = undefined;
    } else if (method === "notifications/initialized") this.#initialized = message;
    else if (method === "logging/setLevel") this.#level = message;
    else if (method === "resources/subscribe") this.#subscribed(fieldOf(params, "uri"), message);
    else if (method === "resources/unsubscribe") this.#subscriptions.delete(fieldOf(params, "uri"));
  }

  /** What was agreed on. */
  agreed(result: unknown): void {
    this.#answer = result;
  }

  /** The version that client and server have agreed on; undefined before, and where nothing is agreed on at all. */
  get version(): unknown {
    return fieldOf(this.#answer, "protocolVersion");
  }

  /** Whether the client was promised a word when the list of tools changes. */
  get hearsOfTools(): boolean {
    return fieldOf(fieldOf(fieldOf(this.#answer, "capabilities"), "tools"), "listChanged") === true;
  }

  /** The `initialize` for a server that is to agree on the same; undefined where nothing was agreed on. */
  get greeting(): Message | undefined {
    const { version } = this;
    if (this.#initialize === undefined || version === undefined) return undefined;
    const params = { ...(this.#initialize["params"] as object), protocolVersion: version };
    return { ...this.#initialize, params };
  }

  /** What follows once the server has agreed. */
  get rest(): { notification: Message | undefined; requests: Message[] } {
    const level = this.#level === undefined ? [] : [this.#level];
    return { notification: this.#initialized, requests: [...level, ...this.#subscriptions.values()] };
  }

  #subscribed(uri: unknown, message: Message): void {
    this.#subscriptions.set(uri, message);
  }
}
