import type { Considered } from "./auto.ts";

/** The model that was chosen, and why: the result says both. */
export interface Choice {
  provider: string;
  model: string;
  why: string;
  /** What else `auto` looked at, and why it was not taken. */
  considered?: readonly Considered[];
}

/** As `provider:account`: an endpoint has one account. */
export function slotOf({ provider }: Pick<Choice, "provider">): string {
  return `${provider}:default`;
}

/** As users write it and faults tell it; the first slash is where the provider ends. */
export function nameOf({ provider, model }: Pick<Choice, "provider" | "model">): string {
  return `${provider}/${model}`;
}
