import type { Citation } from "../../../core/models/model.ts";
import type { CallMarkup } from "./text-calls.ts";

/** How a vendor's answers and refusals are read, where they are its own. */
export interface Quirks {
  /** The vendor's codes for an account without credit: waiting does not help, whatever the status says. */
  noCredit?: readonly string[];
  /** Finish reasons of an answer that the vendor gave up. */
  givenUp?: readonly string[];
  /** Milliseconds until the vendor wants to be asked again, from its own headers or from the body. */
  retryAfterMs?(headers: Readonly<Record<string, string>>, body: unknown, nowMs: number): number | undefined;
  /** Tools whose arguments the vendor wants back as their answer: it runs them itself. */
  echoes?(tool: string): boolean;
  /** Pages that a raw event of the stream names. */
  citations?(event: unknown): readonly Citation[];
  /** The id of the model that answers, in a raw event, where the library does not tell it. */
  answeredBy?(event: unknown): string | undefined;
  /** Its models sometimes write a tool call into their text. */
  callsInText?: CallMarkup;
  /** Models write a tool call's arguments as text, or as a value that the library writes. */
  argumentsAs?: "text" | "value";
}
