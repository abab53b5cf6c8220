import type { IncomingHttpHeaders } from "node:http";
import {
  classifyInboundRequest,
  type InboundModernRoute,
  type InitializeRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageClassification,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { isRecord } from "../../../base/is-record.ts";
import { servedMethods } from "../handlers.ts";
import { modernVersions } from "../server-options.ts";
import { type Introduced, MetClients } from "./met-clients.ts";
import { idOf, notAcceptable, type RpcError, unknownMethod } from "./rpc-answer.ts";
import { headerFault, standardHeaders } from "./standard-headers.ts";

/** What a POST is. */
export type Post =
  | { kind: "refused"; error: RpcError; id: RequestId | null }
  /** Opens a session. */
  | { kind: "initialize"; message: JSONRPCRequest }
  /** A request of a session. */
  | { kind: "ask"; message: JSONRPCRequest }
  /** Anything else of a session: a notification, or the answer to a question. */
  | { kind: "tell"; message: JSONRPCMessage }
  /** A notification of 2026-07-28. */
  | { kind: "passing" }
  /** A call of a tool under 2026-07-28, by a client that was met. */
  | { kind: "call"; message: JSONRPCRequest; client: Introduced }
  | { kind: "listen"; message: JSONRPCRequest }
  /** Any other request of 2026-07-28. */
  | { kind: "exchange"; message: JSONRPCRequest; classification: MessageClassification };

type Body = Readonly<Record<string, unknown>>;
type PlainRequest = Body & JSONRPCRequest & { params: Body };

const members: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "params"]);
/** Of the names in `_meta` those of the protocol itself: what begins so makes a request one of 2026-07-28, or of a task. */
const reserved = "io.modelcontextprotocol/";
/** Names that only the daemon itself may ask for. */
const ownPrefix = "exai/";

/**
 * Tells what a POST is, by its body; headers that disagree with that are refused. Requests in the shape that most have
 * are told by that alone; all others are looked at by the protocol layer.
 */
export class Posts {
  readonly #clients = new MetClients();

  classify(body: Body, headers: IncomingHttpHeaders): Post {
    return (isPlain(body) ? this.#plainly(body, headers) : undefined) ?? this.#closely(body, headers);
  }

  /** Says nothing where its `_meta` or its headers are not as usual. */
  #plainly(message: PlainRequest, headers: IncomingHttpHeaders): Post | undefined {
    const { _meta: meta } = message.params;
    if (meta !== undefined && !isRecord(meta)) return undefined;
    if (meta !== undefined && !isPlainToken(meta["progressToken"])) return undefined;
    if (meta?.[PROTOCOL_VERSION_META_KEY] === undefined)
      return isOfSession(message, meta, headers) ? sessionPost(message, headers) : undefined;
    const client = isNamedAlike(message, meta, headers) ? this.#clients.find(meta) : undefined;
    return client && { kind: "call", message, client };
  }

  #closely(body: Body, headers: IncomingHttpHeaders): Post {
    const route = classifyInboundRequest({ httpMethod: "POST", ...standardHeaders(headers), body });
    if (route.kind === "reject") return refused({ ...route, status: route.httpStatus }, idOf(body));
    // The classification has seen that it is one.
    if (route.kind === "legacy") return sessionPost(body as unknown as JSONRPCMessage, headers);
    return this.#modern(route, headers);
  }

  #modern(route: InboundModernRoute, headers: IncomingHttpHeaders): Post {
    const { classification, message } = route;
    const version = classification.revision ?? "unknown";
    if (!modernVersions.includes(version)) return refused(unknownVersion(version), "id" in message ? message.id : null);
    if (route.messageKind === "notification") return { kind: "passing" };
    const request = route.message;
    const fault = headerFault(standardHeaders(headers), request);
    if (fault !== undefined) return refused(fault, request.id);
    if (!servedMethods.has(request.method)) return refused(unknownMethod, request.id);
    if (request.method === "subscriptions/listen") return { kind: "listen", message: request };
    if (request.method === "tools/call") this.#clients.meet(request);
    return { kind: "exchange", message: request, classification };
  }
}

/** Whether it is a request in the shape that most have. */
function isPlain(body: Body): body is PlainRequest {
  const { jsonrpc, id, method, params } = body;
  if (jsonrpc !== "2.0" || typeof method !== "string" || !isRecord(params)) return false;
  for (const member in body) if (!members.has(member)) return false;
  return typeof id === "string" || Number.isSafeInteger(id);
}

function isPlainToken(token: unknown): boolean {
  return token === undefined || typeof token === "string" || Number.isSafeInteger(token);
}

/** Whether nothing in it says that it is none. */
function isOfSession({ method }: PlainRequest, meta: Body | undefined, headers: IncomingHttpHeaders): boolean {
  const version = headers["mcp-protocol-version"];
  for (const name in meta) if (name.startsWith(reserved)) return false;
  if (version !== undefined && !isSupported(version)) return false;
  return method !== "initialize";
}

/** Whether it is a call of a tool whose headers are there and agree with it. What looks encoded is left to whoever decodes it. */
function isNamedAlike({ method, params }: PlainRequest, meta: Body, headers: IncomingHttpHeaders): boolean {
  const { "mcp-protocol-version": version, "mcp-method": named, "mcp-name": tool } = headers;
  if (method !== "tools/call" || named !== method) return false;
  if (typeof tool !== "string" || params["name"] !== tool || tool.startsWith("=?")) return false;
  return typeof version === "string" && meta[PROTOCOL_VERSION_META_KEY] === version && modernVersions.includes(version);
}

function sessionPost(message: JSONRPCMessage, headers: IncomingHttpHeaders): Post {
  const fault = sessionFault(message, headers);
  if (fault !== undefined) return refused(fault, idOf({ ...message }));
  if (!isRequest(message)) return { kind: "tell", message };
  return { kind: isInitialize(message) ? "initialize" : "ask", message };
}

function sessionFault(message: JSONRPCMessage, headers: IncomingHttpHeaders): RpcError | undefined {
  const { accept = "*/*", "mcp-protocol-version": version } = headers;
  if (!/application\/(json|\*)|text\/event-stream|\*\/\*/.test(accept))
    return {
      ...notAcceptable,
      message: "Cannot answer: neither JSON nor events are accepted, expected Accept to name both",
    };
  if (typeof version === "string" && !isSupported(version))
    return {
      status: 400,
      code: -32000,
      message: `Cannot serve protocol version ${version.slice(0, 64)}, expected one of ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")}`,
    };
  return "method" in message && message.method.startsWith(ownPrefix) ? unknownMethod : undefined;
}

function isSupported(version: string | readonly string[]): boolean {
  return typeof version === "string" && SUPPORTED_PROTOCOL_VERSIONS.includes(version);
}

function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return "method" in message && "id" in message;
}

function isInitialize(message: JSONRPCRequest): message is JSONRPCRequest & InitializeRequest {
  return message.method === "initialize";
}

function refused(error: RpcError, id: RequestId | null): Post {
  return { kind: "refused", error, id };
}

function unknownVersion(version: string): RpcError {
  return {
    status: 400,
    code: -32022,
    message: `Cannot serve protocol version ${version.slice(0, 64)}, expected one of the supported`,
    data: { supported: modernVersions, requested: version },
  };
}
