/** A week; a vendor that says more says nothing that anybody could wait for. */
const mostMs = 7 * 86_400_000;

/**
 * Milliseconds until a vendor wants to be asked again: `retry-after-ms`, or `Retry-After` in seconds or as an
 * HTTP date (RFC 9110 §10.2.3). A date is measured from the vendor's own `Date`, so that no two clocks are compared.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const exact = Number.parseFloat(headers["retry-after-ms"] ?? "");
  if (exact >= 0) return Math.min(mostMs, Math.ceil(exact));
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return Math.min(mostMs, Math.ceil(seconds * 1000));
  const waitMs = Date.parse(text) - Date.parse(headers["date"] ?? "");
  return Number.isNaN(waitMs) ? undefined : Math.min(mostMs, Math.max(0, waitMs));
}
