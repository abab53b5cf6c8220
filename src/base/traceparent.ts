import { randomUUID } from "node:crypto";

/** Neither id may be nothing but zeros. */
const shape = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** A position in a trace, as W3C Trace Context writes it. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  flags: number;
}

/** Whether it is a traceparent; what is none is ignored, as the specification asks. */
export function isTraceparent(header: string | undefined): header is string {
  return header !== undefined && shape.test(header);
}

export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (!isTraceparent(header)) return undefined;
  return {
    traceId: header.slice(3, 35),
    spanId: header.slice(36, 52),
    flags: Number.parseInt(header.slice(53), 16),
  };
}

/** The id of its whole trace; empty where it is no traceparent. */
export function traceIdOf(traceparent: string | undefined): string {
  return isTraceparent(traceparent) ? traceparent.slice(3, 35) : "";
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
