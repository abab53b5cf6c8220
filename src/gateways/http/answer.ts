import type { ServerResponse } from "node:http";
import type { Fault } from "../../protocol/fault.ts";
import { sendJson } from "../answers/send-json.ts";

const securityHeaders = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
});

/** Sets what every answer carries. Only pages of an allowed origin get this far with an `Origin`. */
export function prepare(response: ServerResponse, origin: string | undefined): void {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  if (origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "*, Location, Retry-After");
  response.setHeader("Vary", "Origin");
}

/** Answers `{fault}` with the fault's own status, or another where HTTP has a better one (405). */
export function sendFault(response: ServerResponse, fault: Fault, told: { trace: string; status?: number }): void {
  const status = told.status ?? fault.http;
  if (fault.retry.afterMs !== undefined) response.setHeader("Retry-After", Math.ceil(fault.retry.afterMs / 1000));
  if (status === 401 && !response.hasHeader("WWW-Authenticate")) response.setHeader("WWW-Authenticate", "Bearer");
  sendJson(response, status, { fault: fault.view(told.trace) });
}
