import type { z } from "zod";

/** What one status of a route means, and what comes with it. A refusal is the same everywhere and not told here. */
export interface AnswerContract {
  means: string;
  /** Headers of its own, and what each says. */
  headers?: Readonly<Record<string, string>>;
  json?: z.ZodType;
  /** Server-sent events: what the data of each is, by its name. One without a name is a `message`. */
  events?: Readonly<Record<string, z.ZodType>>;
  /** Media types whose content has no schema. */
  plain?: readonly string[];
}

/** What OpenAPI tells of a route. */
export interface Contract {
  summary: string;
  /** The body of a POST, the query of the others; what stands in the path is among it. */
  params?: z.ZodType;
  /** Headers that it takes beside the credential and the body's own, and what each says. */
  takes?: Readonly<Record<string, string>>;
  /** By status. */
  answers: Readonly<Record<number, AnswerContract>>;
}
