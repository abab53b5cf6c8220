import type { z } from "zod";
import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import { methods, type Params } from "../../protocol/methods.ts";
import { sendJson } from "./answer.ts";
import { readJson } from "./body.ts";
import type { Asked, Exchange } from "./exchange.ts";
import type { RequestRates } from "./parts.ts";
import { queryReader } from "./query.ts";

export type Verb = "GET" | "POST" | "DELETE";

/** What OpenAPI tells of a route. */
export interface Contract {
  summary: string;
  params?: z.ZodType;
  answer?: z.ZodType;
  /** What a 202 carries, where there is one. */
  accepted?: z.ZodType;
}

interface Place {
  verb: Verb;
  /** Literal segments and `:name` places. */
  path: string;
  contract: Contract;
}

/** A handler behind a path. `open` routes are served to anybody who passes the guard. */
export type Route = Place &
  (
    | { access: "open"; handle: (exchange: Exchange) => Promise<void> }
    | { access: "token"; handle: (asked: Asked) => Promise<void> }
  );

type OperationMethod = keyof Operations;

const faces = [
  ["GET", "/api/v1/tools", "tools.list", "Tools of this token"],
  ["GET", "/api/v1/models", "models.list", "Models and whether they are ready"],
  ["GET", "/api/v1/status", "status.get", "The daemon's state"],
  ["GET", "/api/v1/spend", "spend.get", "What was spent, by day, tool and model"],
  ["GET", "/api/v1/threads", "thread.list", "Conversations, lately used first"],
  ["GET", "/api/v1/threads/search", "thread.search", "Conversations that hold a text"],
  ["GET", "/api/v1/threads/:thread", "thread.get", "A conversation and its turns"],
  ["GET", "/api/v1/threads/:thread/export", "thread.export", "A conversation as Markdown or JSON"],
  ["POST", "/api/v1/threads/:thread/name", "thread.rename", "Name a conversation"],
  ["DELETE", "/api/v1/threads/:thread", "thread.delete", "Delete a conversation with its calls"],
  ["GET", "/api/v1/calls", "call.list", "Calls, newest first"],
  ["GET", "/api/v1/calls/:call", "call.get", "One call"],
  ["GET", "/api/v1/calls/:call/wait", "call.wait", "One call, once it has ended or the time is up"],
  ["POST", "/api/v1/calls/:call/control", "call.control", "Pause, resume or cancel a call"],
  ["POST", "/api/v1/calls/:call/input", "call.input", "Bytes for the standard input of a command"],
  ["POST", "/api/v1/calls/:call/resize", "call.resize", "The size of a command's terminal"],
  ["GET", "/api/v1/commands", "command.list", "Commands, what each takes, and why one is refused"],
  ["GET", "/api/v1/processes", "process.list", "Commands that run"],
  ["GET", "/api/v1/upstreams", "upstream.list", "The MCP servers behind the daemon, and what they have"],
  ["POST", "/api/v1/calls/:call/answer", "call.answer", "Answer what a call asked"],
  ["POST", "/api/v1/tickets", "ticket.create", "A single-use ticket for a browser's WebSocket"],
  ["GET", "/api/v1/tokens", "token.list", "Tokens, without their secrets"],
  ["POST", "/api/v1/tokens", "token.create", "A new token; its secret is shown once"],
  ["DELETE", "/api/v1/tokens/:id", "token.revoke", "Revoke a token"],
  ["POST", "/api/v1/tokens/:id/rotate", "token.rotate", "Replace a token, with an overlap"],
  ["GET", "/api/v1/principals", "principal.list", "Principals"],
  ["POST", "/api/v1/principals", "principal.create", "A new principal"],
  ["POST", "/api/v1/principals/:id/suspend", "principal.suspend", "Suspend a principal"],
  ["POST", "/api/v1/principals/:id/resume", "principal.resume", "Let a suspended principal in again"],
  ["DELETE", "/api/v1/principals/:id", "principal.remove", "Remove a principal with all that is its own"],
  ["POST", "/api/v1/daemon/stop", "daemon.stop", "Stop the daemon"],
  ["POST", "/api/v1/daemon/reload", "daemon.reload", "Take a checked configuration"],
  ["POST", "/api/v1/store/backup", "store.backup", "Write a consistent copy of the store"],
] as const satisfies readonly (readonly [Verb, string, OperationMethod, string])[];

export interface FaceParts {
  operations: Operations;
  rates: RequestRates;
  settings: { maxBodyBytes: number };
}

/** Every operation that HTTP shows, each with its route: decode, call, encode. */
export function operationRoutes(parts: FaceParts): Route[] {
  return faces.map(([verb, path, method, summary]) => face(parts, { verb, path, method, summary }));
}

function face<M extends OperationMethod>(
  parts: FaceParts,
  place: { verb: Verb; path: string; method: M; summary: string },
): Route {
  const { params, result } = methods[place.method];
  const readQuery = queryReader(params);
  const operation: Operations[M] = parts.operations[place.method];
  return {
    verb: place.verb,
    path: place.path,
    contract: { summary: place.summary, params, answer: result },
    access: "token",
    async handle(asked) {
      const query = readQuery(asked.query);
      const body = place.verb === "POST" ? await readJson(asked.request, parts.settings.maxBodyBytes) : {};
      const given = parseAs(params, { ...body, ...query, ...asked.path }, `the parameters of ${place.method}`);
      // A request that waits is a connection like any other.
      using _connection = place.method === "call.wait" ? parts.rates.connection(asked.caller) : undefined;
      const answer = await operation(asked, given as Params<M>);
      sendJson(asked.response, 200, answer);
    },
  };
}
