import type { z } from "zod";

/** The verbs that methods have over HTTP. */
export type HttpVerb = "GET" | "POST" | "DELETE";

interface Every {
  params: z.ZodType;
  result: z.ZodType;
  /**
   * When a cut took the answer. `same`: sent again as it was, doing it twice does no more than doing it once.
   * `keyed`: likewise, because it carries a key. `anew`: each connection begins it where its reader stands.
   */
  repeat: "same" | "keyed" | "anew" | "never";
  /** What its answer waits for beyond its own work: the end of a call, or a command that reads its input. */
  waits: "no" | "for-end" | "for-reader";
}

/** It belongs to a connection and is answered by its gateway. */
interface OfConnection extends Every {
  of: "connection";
}

/** It means the same over every gateway. */
interface OfOperations extends Every {
  of: "operations";
  /** For a program below an agent's run: what bounds it lies elsewhere, only of its own call and those below, or not at all. */
  within: "free" | "below" | "closed";
  /** Its face over HTTP, with `:name` for a parameter; null where it has none, or routes of its own. */
  http: readonly [verb: HttpVerb, path: string, summary: string] | null;
}

/** All that is true of a method, in one place: gateways, clients and operations derive from it what they do. */
export type MethodContract = OfConnection | OfOperations;

/** Asking changes nothing, or nothing more the second time; no program below an agent's run asks. */
export const looks = { of: "operations", repeat: "same", waits: "no", within: "closed" } as const;
/** Asking changes something each time; no program below an agent's run asks. */
export const acts = { of: "operations", repeat: "never", waits: "no", within: "closed" } as const;
