import { z } from "zod";
import { faultView } from "./fault-view.ts";

/** JSON-RPC 2.0 without batches. A request has an id, a notification has none. */
export const rpcRequest = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string().max(64), z.int()]).optional(),
  method: z.string().max(64),
  params: z.record(z.string(), z.unknown()).optional(),
  /** W3C trace context of whoever asks; the call's trace goes on from it. */
  traceparent: z.string().max(64).optional(),
});

/** A refusal: `code` is always `rpcFaultCode`, `message` that of the fault. */
export const rpcError = z.object({ code: z.int(), message: z.string(), data: faultView });

/** An answer: `result` or `error`. An error whose id is null belongs to a frame that has none. */
export const rpcResponse = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.int(), z.null()]),
  result: z.unknown().optional(),
  error: rpcError.optional(),
});

/** The code of every refused request; what it means stands in `data.code`. */
export const rpcFaultCode = -32000;
