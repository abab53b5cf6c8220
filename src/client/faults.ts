import { CLOSE, type CloseReason } from "../protocol/close-codes.ts";
import { Fault, type FaultCode, faultCodes } from "../protocol/fault.ts";
import { rpcError } from "../protocol/rpc.ts";

/** The fault of a JSON-RPC error; one that a newer server invented, or no exai, becomes `unread` with its message. */
export function faultOfError(error: unknown, unread: "internal" | "client.version" = "internal"): Fault {
  const parsed = rpcError.safeParse(error);
  if (parsed.success) return Fault.from(parsed.data.data);
  return new Fault(unread, `Cannot read the refusal: ${JSON.stringify(error)}, expected a fault of exai.v1`);
}

const ofClose: Partial<Record<number, FaultCode>> = {
  [CLOSE.badFrame]: "input.invalid",
  [CLOSE.tooBig]: "input.too-large",
  [CLOSE.unauthorised]: "auth.invalid",
  [CLOSE.origin]: "auth.origin",
};

/** Why a connection is over for good. */
export function faultOfClose(code: number, reason: CloseReason | undefined): Fault {
  const told = faultCodes.find((known) => known === reason?.code);
  const why =
    code === CLOSE.takenOver ? "another connection took the session over" : (reason?.why ?? reason?.code ?? "");
  return new Fault(
    told ?? ofClose[code] ?? "client.disconnected",
    `Cannot stay connected: closed with ${code} ${why}, expected to be let in`,
    {
      facts: { close: code },
      retrySafe: false,
    },
  );
}

/** What is refused once the client itself has ended the connection. */
export function closed(): Fault {
  return new Fault("client.disconnected", "Cannot go on: the client was closed, expected an open one", {
    retrySafe: false,
  });
}
