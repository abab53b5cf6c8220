import {
  type JSONRPCRequest,
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { Asked } from "./asked.ts";
import { callTool } from "./call-tool.ts";
import { listTools } from "./list-tools.ts";
import { complete } from "./prompts/complete.ts";
import { getPrompt, listPrompts } from "./prompts/prompts.ts";
import { protocolErrorOf } from "./protocol-faults.ts";
import { listResources, listTemplates } from "./resources/list-resources.ts";
import { readResource } from "./resources/read-resource.ts";
import { subscribe, unsubscribe } from "./resources/subscribe.ts";
import { resume, resumeMethod } from "./resume.ts";
import { legacyTaskResult, listLegacyTasks } from "./tasks/legacy-tasks.ts";
import { cancelTask, getTask, updateTask } from "./tasks/tasks.ts";

type Handler = (asked: Asked) => Promise<Result>;

/** What is answered, in either era; the handshake, `server/discover` and `ping` are the protocol layer's. */
const handlers: Readonly<Record<string, Handler>> = {
  "tools/list": listTools,
  "tools/call": callTool,
  "resources/list": listResources,
  "resources/templates/list": listTemplates,
  "resources/read": readResource,
  "resources/subscribe": subscribe,
  "resources/unsubscribe": unsubscribe,
  "prompts/list": listPrompts,
  "prompts/get": getPrompt,
  "completion/complete": complete,
  "tasks/get": getTask,
  "tasks/update": updateTask,
  "tasks/cancel": cancelTask,
  "tasks/list": listLegacyTasks,
  "tasks/result": legacyTaskResult,
  [resumeMethod]: resume,
};

/** Every method that a client may call here, of either era. */
export const servedMethods: ReadonlySet<string> = new Set([
  ...Object.keys(handlers).filter((method) => method !== resumeMethod),
  "initialize",
  "server/discover",
  "ping",
  "subscriptions/listen",
]);

/** The answer to one request; refuses with a `ProtocolError`, whatever failed. */
export async function answer(
  place: Pick<Asked, "house" | "peer" | "server">,
  request: JSONRPCRequest,
  context: ServerContext,
): Promise<Result> {
  const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined;
  if (handler === undefined) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, "Method not found");
  const asked = new Asked(place, request, context);
  try {
    return await handler(asked);
  } catch (error) {
    // Nobody waits for it any more: what broke because of that is no failure.
    if (asked.signal.aborted) throw new ProtocolError(ProtocolErrorCode.InternalError, "The request was cancelled");
    throw protocolErrorOf(error, place.house.reports, asked.traceparent);
  }
}
