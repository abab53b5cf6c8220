import type { Duplex } from "node:stream";
import type { Fault } from "../../protocol/fault.ts";

// Imported, it would show all its exports at once, and one of them is 16 MB of fetch that a daemon may never need.
const { STATUS_CODES } = process.getBuiltinModule("node:http");

/** Answers over HTTP/1.1 on a socket that has no response object, and closes it. */
export function refuseSocket(socket: Duplex, fault: Fault, status = fault.http): void {
  const { afterMs } = fault.retry;
  const body = JSON.stringify({ fault: fault.view() });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    "Content-Type: application/json",
    "X-Content-Type-Options: nosniff",
    "Cache-Control: no-store",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(afterMs === undefined ? [] : [`Retry-After: ${Math.ceil(afterMs / 1000)}`]),
  ];
  socket.once("error", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
