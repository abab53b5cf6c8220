/**
 * Hints that something changed under a topic. Losing one loses nothing: the truth is read from the store.
 * Listeners run in the turn after the hint and get no data.
 */
export interface Bus {
  hint(topic: string): void;
  /** Disposing ends it; `listen` never fires for hints given before it. */
  listen(topic: string, onHint: () => void): Disposable;
}
