import { isUnsent } from "../../../base/unsent.ts";
import { Fault } from "../../../protocol/fault.ts";
import { type Asked, failed, unreadable } from "./answer.ts";
import type { Sdk } from "./sdk.ts";

const mostWhy = 500;

/** The answer to a request whose stream ended without one. */
export const cutError = { code: -32000, message: "its answer broke off", data: { cut: "its answer broke off" } };

export function lost({ server, tool }: Asked, why: string): Fault {
  return new Fault("upstream.lost", `Cannot finish ${server}.${tool}: ${why}`, { facts: { server, tool } });
}

/** What the library says of a request that has no answer; `closed` where the reason is the link's. */
export function faultOf({ sdk, asked }: { sdk: Sdk; asked: Asked }, error: unknown): Fault | "closed" {
  if (error instanceof Fault) return error;
  if (sdk.ProtocolError.isInstance(error))
    return isCut(error.data) ? lost(asked, cutError.message) : failed(asked, error.message);
  if (sdk.SdkHttpError.isInstance(error)) return ofStatus(asked, error.status);
  if (sdk.UnauthorizedError.isInstance(error) || sdk.InsufficientScopeError.isInstance(error))
    return ofStatus(asked, 401);
  const unsent = unsentIn(error);
  if (unsent !== undefined) return ofNetwork(asked, unsent);
  if (!sdk.SdkError.isInstance(error)) return ofNetwork(asked, error);
  const { ConnectionClosed, NotConnected } = sdk.SdkErrorCode;
  if (error.code === ConnectionClosed || error.code === NotConnected) return "closed";
  return unreadable(asked, whyOf(error));
}

function isCut(data: unknown): boolean {
  return typeof data === "object" && data !== null && "cut" in data && data.cut === cutError.message;
}

/** A server that does not know the session has looked at nothing else. */
function ofStatus({ server, tool }: Asked, status: number): Fault {
  const facts = { server, tool, status };
  if (status === 404)
    return new Fault("upstream.lost", `Cannot use ${server}.${tool}: the server knows its session no more`, {
      facts,
      retrySafe: true,
    });
  const why =
    status === 401 || status === 403
      ? `it refuses the credentials of its entry with ${status}, expected "token", "headers" or "oauth" that it takes`
      : `it answers ${status}, expected an answer of MCP`;
  return new Fault("upstream.unavailable", `Cannot use ${server}.${tool}: ${why}`, { facts });
}

/** Where no connection came to be nothing was sent. */
function ofNetwork({ server, tool }: Asked, error: unknown): Fault {
  const why = `Cannot use ${server}.${tool}: ${whyOf(error)}`;
  const facts = { server, tool };
  if (!isBeforeSending(error)) return new Fault("upstream.lost", why, { facts });
  return new Fault("upstream.unavailable", why, { facts });
}

/** The library wraps what the network said. */
function unsentIn(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) if (isBeforeSending(at)) return at;
  return undefined;
}

function isBeforeSending(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  return typeof cause === "object" && cause !== null && "code" in cause && isUnsent(String(cause.code));
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, mostWhy);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`.slice(0, mostWhy);
}
