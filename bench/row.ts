import type { Installed } from "./installed.ts";

/** What every row is given. */
export interface Bench {
  /** The product in the form in which a package installs it. */
  installed: Installed;
  scale: "full" | "quick";
  /** Rounds in which floor and product take turns; figures are medians over them. */
  rounds: number;
  say(text: string): void;
}

/** Milliseconds are told and never decide: they say more about the machine than about the product. */
export interface Goal {
  text: string;
  met: boolean;
  decides: boolean;
}

export interface Finding {
  what: string;
  product: number;
  unit: string;
  /** The same measured beside it, without the product. */
  floor?: number;
  ratio?: number;
  goal?: Goal;
}

/** A row of the table in the design. */
export interface Row {
  number: number;
  name: string;
  what: string;
  run(bench: Bench): Promise<Finding[]>;
}

export function atLeast(value: number, limit: number, text: string): Goal {
  return { text, met: value >= limit, decides: true };
}

export function atMost(value: number, limit: number, text: string): Goal {
  return { text, met: value <= limit, decides: true };
}

/** A goal in milliseconds. */
export function told(value: number, limitMs: number, text: string): Goal {
  return { text, met: value <= limitMs, decides: false };
}
