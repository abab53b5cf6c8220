import { randomUUID } from "node:crypto";

const characters = 55;
const [traceIdAt, spanIdAt, flagsAt] = [3, 36, 53];

/** A position in a trace, as W3C Trace Context writes it. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  flags: number;
}

/** Whether it is a traceparent; what is none is ignored, as the specification asks. Neither id may be nothing but zeros. */
export function isTraceparent(header: string | undefined): header is string {
  // By hand: every call asks for it some four times, and an expression costs three times as much.
  if (header?.length !== characters || !header.startsWith("00-")) return false;
  if (header[spanIdAt - 1] !== "-" || header[flagsAt - 1] !== "-") return false;
  const trace = hexIn(header, traceIdAt, spanIdAt - 1);
  const span = hexIn(header, spanIdAt, flagsAt - 1);
  return trace === "some" && span === "some" && hexIn(header, flagsAt, characters) !== "other";
}

/** What stands there: digits of lower-case base 16, nothing but zeros, or something else. */
function hexIn(text: string, from: number, to: number): "some" | "zeros" | "other" {
  let areZeros = true;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && (code < 0x61 || code > 0x66)) return "other";
    if (code !== 0x30) areZeros = false;
  }
  return areZeros ? "zeros" : "some";
}

export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (!isTraceparent(header)) return undefined;
  return {
    traceId: header.slice(traceIdAt, spanIdAt - 1),
    spanId: header.slice(spanIdAt, flagsAt - 1),
    flags: Number.parseInt(header.slice(flagsAt), 16),
  };
}

/** The id of its whole trace; empty where it is no traceparent. */
export function traceIdOf(traceparent: string): string {
  return isTraceparent(traceparent) ? traceparent.slice(traceIdAt, spanIdAt - 1) : "";
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.flags.toString(16).padStart(2, "0")}`;
}

/** The start of a new trace, marked as sampled. Its span is the first one there, so it may bear digits of the trace's own id. */
export function newTraceparent(): string {
  // Node keeps chance in store for these: a tenth of what asking for bytes costs.
  const uuid = randomUUID();
  const digits = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
  return `00-${digits}-${digits.slice(16)}-01`;
}
