import type { IncomingMessage, ServerResponse } from "node:http";
import { Cancelled } from "../../base/abort.ts";
import type { EndedToken } from "../../core/tenants/doors.ts";
import { isEndedBy } from "../../core/tenants/is-ended-by.ts";
import { Fault } from "../../protocol/fault.ts";
import { OpenExchange } from "./open-exchange.ts";

/** All requests under way, so that a lost connection, an ended credential or a stop reaches each. */
export class OpenRequests {
  readonly #open = new Set<OpenExchange>();
  readonly #over = (exchange: OpenExchange) => this.#leave(exchange);
  #whenNone = Promise.withResolvers<void>();

  /** Under way until its handler has come back and its answer has left, or has nowhere to go. */
  enter(request: IncomingMessage, response: ServerResponse, address: string): OpenExchange {
    const exchange = new OpenExchange({ request, response, address, over: this.#over, gone });
    this.#open.add(exchange);
    return exchange;
  }

  /** Ends what this token opened, or the token of this call; its streams close, its waits are refused. */
  endToken(ended: EndedToken): void {
    const { why } = ended;
    for (const exchange of this.#open) {
      const { admitted: caller } = exchange;
      if (caller !== undefined && isEndedBy(caller, ended))
        exchange.end(new Fault(`auth.${why}`, `Cannot go on: the token was ${why} meanwhile, expected a valid one`));
    }
  }

  endAll(): void {
    for (const exchange of this.#open) exchange.end(new Cancelled("shutdown"));
  }

  /** Resolves once nothing is under way. */
  async none(): Promise<void> {
    if (this.#open.size === 0) return;
    this.#whenNone = Promise.withResolvers();
    await this.#whenNone.promise;
  }

  #leave(exchange: OpenExchange): void {
    this.#open.delete(exchange);
    if (this.#open.size === 0) this.#whenNone.resolve();
  }
}

function gone(exchange: OpenExchange): void {
  exchange.end(new Cancelled("caller", `The client of ${exchange.request.method} is gone`));
}
