import type { Store } from "./store.ts";

/** The store with its long verbs one after the other: what goes with a commit waits for one of them, not for all. */
export function withLongVerbsInTurn(store: Store): Store {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(verb: () => Promise<T>): Promise<T> => {
    const mine = last.then(verb, verb);
    last = mine;
    return mine;
  };
  return {
    ...store,
    searchThreads: (request) => inTurn(() => store.searchThreads(request)),
    copyThread: (request) => inTurn(() => store.copyThread(request)),
    deleteThread: (request) => inTurn(() => store.deleteThread(request)),
  };
}
