import type { Phase } from "./phase.ts";

/** The phase that each ending leads to. Stands apart from the events' schemas: the store's thread has no need of those. */
export const endedAs = {
  "call.succeeded": "succeeded",
  "call.failed": "failed",
  "call.cancelled": "cancelled",
  "call.expired": "expired",
} as const satisfies Record<string, Phase>;
/** The type of an event that ends a call. */
export type TerminalType = keyof typeof endedAs;

export const terminalTypes = Object.keys(endedAs) as TerminalType[];

/** Whether nothing follows an event of this type. */
export function isEnding(type: string): type is TerminalType {
  return Object.hasOwn(endedAs, type);
}
