import type { ServerEvent } from "@modelcontextprotocol/server";

/** Who is told that a list or a resource has changed. */
export class Subscriptions {
  readonly #listeners = new Set<(event: ServerEvent) => void>();

  onChange(listener: (event: ServerEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  changed(event: ServerEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
