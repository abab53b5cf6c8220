/** Whether a client takes events for an answer; one that names nothing takes anything. */
export function readsEvents(accept = "*/*"): boolean {
  return accept.includes("text/event-stream") || accept.includes("*/*");
}
