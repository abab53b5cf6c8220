import type { Kind } from "./kinds.ts";

/** What can be set, as data: the parser, the faults and the documentation are made from it. */
export interface Setting<T = unknown> {
  kind: Kind<T>;
  /** Other names of the same setting; the first one that is set counts. */
  aliases: readonly string[];
  /** As one would write it; undefined where nothing is set by default. */
  defaultText: string | undefined;
  description: string;
  /** A value that follows the rule. */
  example: string;
  /** Whether `exai reload` takes it over, or only a new start. */
  change: "live" | "restart";
  /** Who reads it: the daemon, or the programs that talk to one. */
  reader: "daemon" | "client";
}

interface Told {
  description: string;
  example: string;
  default?: string;
  aliases?: readonly string[];
  change?: "live";
  reader?: "client";
}

type Valued<T, D extends Told> = Setting<D extends { default: string } ? T : T | undefined>;

/** A setting; one without a default may be undefined. */
export function setting<T, const D extends Told>(kind: Kind<T>, told: D): Valued<T, D> {
  const { description, example, aliases = [], default: defaultText } = told;
  const declared: Setting<T> = {
    kind,
    aliases,
    defaultText,
    description,
    example,
    change: told.change ?? "restart",
    reader: told.reader ?? "daemon",
  };
  return declared as Valued<T, D>;
}

export type ValueOf<S> = S extends Setting<infer T> ? T : never;
