import type { FaultView } from "../../../protocol/fault.ts";
import type { Usage } from "../../../protocol/result.ts";

/** Endings are listed whole up to so many characters. */
export const listedChars = 4096;

const maxMessageChars = 1000;
const maxModels = 8;

/** What stands for an ending of which nothing but its size is known. */
export const unknownDigest = JSON.stringify({ resultOmitted: true });

/**
 * The terminal event's data as a list shows it: whole where it is small, otherwise without the result and
 * without the facts of its fault, and marked `resultOmitted`.
 */
export function digestOf(data: string): string {
  if (data.length <= listedChars) return data;
  const { fault, usage } = JSON.parse(data) as { fault?: FaultView; usage?: Usage };
  return JSON.stringify({
    ...(fault && { fault: { ...fault, message: fault.message.slice(0, maxMessageChars), facts: {} } }),
    ...(usage && { usage: { ...usage, models: usage.models.slice(0, maxModels) } }),
    resultOmitted: true,
  });
}
