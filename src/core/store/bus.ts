/**
 * Hints that something changed under a topic. Losing one loses nothing: the truth is read from the store.
 * Listeners run in the turn after the hint and get no data.
 */
export interface Bus {
  /** Never throws and waits for nobody; several within a turn may reach a listener as one. */
  hint(topic: string): void;
  /** Disposing ends it; `listen` never fires for hints given before it. */
  listen(topic: string, onHint: () => void): Disposable;
}
