import type { Store } from "./store.ts";

/** The verbs that are the same for every engine. */
export type VerbName = Exclude<keyof Store, "epoch" | "size" | "backup" | typeof Symbol.asyncDispose>;

/** A verb on its way to the engine. */
export interface Called {
  name: VerbName;
  request: unknown;
}

/** The typed methods over whatever runs verbs. They go by the names alone: what verbs do is loaded where they are run. */
export function bindVerbs(
  names: readonly VerbName[],
  run: (called: Called) => Promise<unknown>,
): Pick<Store, VerbName> {
  const methods = names.map((name) => [name, (request: unknown) => run({ name, request })]);
  return Object.fromEntries(methods) as Pick<Store, VerbName>;
}
