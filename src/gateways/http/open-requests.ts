import type { IncomingMessage, ServerResponse } from "node:http";
import { Cancelled } from "../../base/abort.ts";
import type { Caller } from "../../core/tenants/caller.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { Fault } from "../../protocol/fault.ts";

/** A request that is being answered. Disposing it says that it is. */
export interface OpenRequest extends Disposable {
  readonly signal: AbortSignal;
  /** Its credential is good: it ends with that, and its connection may be used again. */
  admit(caller: Caller): void;
}

interface Entry {
  controller: AbortController;
  caller: Caller | undefined;
  isHandled: boolean;
}

/** All requests under way, so that a lost connection, an ended credential or a stop reaches each. */
export class OpenRequests {
  readonly #open = new Set<Entry>();
  #whenNone = Promise.withResolvers<void>();

  /** Under way until its handler has come back and its answer has left, or has nowhere to go. */
  enter(request: IncomingMessage, response: ServerResponse): OpenRequest {
    const entry: Entry = { controller: new AbortController(), caller: undefined, isHandled: false };
    const { signal } = entry.controller;
    // Who shows no credential gets one request out of a connection.
    const keepsAlive = response.shouldKeepAlive;
    response.shouldKeepAlive = false;
    this.#open.add(entry);
    response.once("close", () => {
      if (entry.isHandled) this.#leave(entry);
      else entry.controller.abort(new Cancelled("caller", `The client of ${request.method} is gone`));
    });
    return {
      signal,
      admit: (caller) => {
        entry.caller = caller;
        response.shouldKeepAlive = keepsAlive;
      },
      [Symbol.dispose]: () => {
        entry.isHandled = true;
        if (response.closed) this.#leave(entry);
      },
    };
  }

  /** Ends what this token opened, or the token of this call; its streams close, its waits are refused. */
  endToken({ token, call, why }: EndedToken): void {
    for (const { caller, controller } of this.#open)
      if (caller !== undefined && (caller.token === token || (call !== undefined && caller.call === call)))
        controller.abort(
          new Fault(`auth.${why}`, `Cannot go on: the token was ${why} meanwhile, expected a valid one`),
        );
  }

  endAll(): void {
    for (const entry of this.#open) entry.controller.abort(new Cancelled("shutdown"));
  }

  /** Resolves once nothing is under way. */
  async none(): Promise<void> {
    if (this.#open.size === 0) return;
    this.#whenNone = Promise.withResolvers();
    await this.#whenNone.promise;
  }

  #leave(entry: Entry): void {
    this.#open.delete(entry);
    if (this.#open.size === 0) this.#whenNone.resolve();
  }
}
