import type { IncomingMessage } from "node:http";
import type { Caller } from "../../core/tenants/caller.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Door } from "./parts.ts";
import type { HttpSettings } from "./settings.ts";

/** Who shows the token of the `Authorization` header; nobody gets in without one. `address` is what its failures count against. */
export function authenticate(request: IncomingMessage, doors: Door, address: string): Promise<Caller> {
  const [, token] = /^Bearer +([^\s]{1,512})$/i.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined)
    throw new Fault("auth.required", "Cannot serve this request: it shows no credential, expected a Bearer token");
  return doors.authenticate(token, { address, client: clientOf(request.headers["user-agent"]) });
}

/** Where a request comes from. Behind a trusted proxy only the entry that this proxy itself wrote, the last one, is evidence. */
export function addressOf(request: IncomingMessage, proxy: HttpSettings["proxy"]): string {
  const own = request.socket.remoteAddress ?? "";
  if (proxy !== "trusted") return own;
  const forwarded = request.headersDistinct["x-forwarded-for"]?.at(-1)?.split(",").at(-1)?.trim();
  return forwarded !== undefined && forwarded !== "" ? forwarded.slice(0, 64) : own;
}

/** The name of the client program: the first word of its User-Agent, without the version. */
function clientOf(userAgent = "http"): string {
  return (/^[\w.@-]{1,100}/.exec(userAgent) ?? ["http"])[0];
}
