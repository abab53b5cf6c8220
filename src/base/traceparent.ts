import { randomUUID } from "node:crypto";

const shape = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** A position in a trace, as W3C Trace Context writes it. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  flags: number;
}

/** `undefined` where the header is none: it is then ignored, as the specification asks. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = shape.exec(header ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** The id of its whole trace; empty where it is no traceparent. */
export function traceIdOf(traceparent: string): string {
  return parseTraceparent(traceparent)?.traceId ?? "";
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.flags.toString(16).padStart(2, "0")}`;
}

/** The start of a new trace, marked as sampled. */
export function newTraceparent(): string {
  // Node keeps chance in store for these: a tenth of what asking for 24 bytes costs.
  return `00-${randomUUID().replaceAll("-", "")}-${randomUUID().replaceAll("-", "").slice(0, 16)}-01`;
}
