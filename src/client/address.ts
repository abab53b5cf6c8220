import { Fault } from "../protocol/fault.ts";
import { socketPath } from "../protocol/methods.ts";

/** Where a daemon is: the beginning of its HTTP addresses, without a slash behind it, and its WebSocket. */
export interface Address {
  http: string;
  socket: string;
}

const secure: Readonly<Record<string, boolean>> = { "http:": false, "https:": true, "ws:": false, "wss:": true };

/**
 * Reads what a person writes: `http(s)://host:port` or `ws(s)://host:port`, with or without `/v1/ws`, behind the path of
 * a proxy where it has one. What stands behind `?` or `#` is passed over. Refuses with `input.invalid`.
 */
export function daemonAddress(text: string): Address {
  const url = URL.parse(text);
  const isSecure = secure[url?.protocol ?? ""];
  if (url === null || isSecure === undefined || url.host === "") throw noAddress("it is no address");
  if (url.username !== "" || url.password !== "")
    throw noAddress(`${url.host} is named with a user name or a password`);
  const path = url.pathname.replace(/\/+$/, "");
  const below = path.endsWith(socketPath) ? path.slice(0, -socketPath.length) : path;
  const place = `${url.host}${below}`;
  return {
    http: `${isSecure ? "https" : "http"}://${place}`,
    socket: `${isSecure ? "wss" : "ws"}://${place}${socketPath}`,
  };

  function noAddress(fact: string): Fault {
    // The text may hold a password.
    const told = url === null ? `"${text}"` : "the daemon";
    return new Fault("input.invalid", `Cannot connect to ${told}: ${fact}, expected one like http://127.0.0.1:8079`);
  }
}
