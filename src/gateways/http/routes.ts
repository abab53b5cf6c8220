import { parseAs } from "../../core/operations/decode.ts";
import type { Operations } from "../../core/operations/operations.ts";
import type { HttpVerb } from "../../protocol/method-contract.ts";
import { isMethod, type Method, methods, type OperationMethod, type Params } from "../../protocol/methods.ts";
import { sendJson } from "../answers/send-json.ts";
import { readJson } from "./body.ts";
import type { Contract } from "./contract.ts";
import type { Asked, Exchange } from "./exchange.ts";
import type { RequestRates } from "./parts.ts";
import { queryReader, refuseQuery } from "./query.ts";

interface Place {
  verb: HttpVerb;
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

export interface FaceParts {
  operations: Operations;
  rates: RequestRates;
  settings: { maxBodyBytes: number };
}

/** An operation with a face over HTTP. */
type Shown = { [M in OperationMethod]: (typeof methods)[M]["http"] extends null ? never : M }[OperationMethod];

/** Every operation that HTTP shows, each with its route: decode, call, encode. */
export function operationRoutes(parts: FaceParts): Route[] {
  return Object.keys(methods)
    .filter(isMethod)
    .filter(isShown)
    .map((method) => face(parts, method));
}

function isShown(method: Method): method is Shown {
  const contract = methods[method];
  return contract.of === "operations" && contract.http !== null;
}

function face<M extends Shown>(parts: FaceParts, method: M): Route {
  const { params, result, waits, http } = methods[method];
  const [verb, path, summary] = http;
  const readQuery = queryReader(params);
  const operation: Operations[M] = parts.operations[method];
  return {
    verb,
    path,
    contract: { summary, params, answers: { 200: { means: "Done", json: result } } },
    access: "token",
    async handle(asked) {
      if (verb === "POST") refuseQuery(asked.query, "none: a POST says it in its body");
      const said =
        verb === "POST" ? await readJson(asked.request, parts.settings.maxBodyBytes) : readQuery(asked.query);
      const given = parseAs(params, { ...said, ...asked.path }, `the parameters of ${method}`);
      // A request that waits is a connection like any other.
      using _connection = waits === "for-end" ? parts.rates.connection(asked.caller) : undefined;
      const answer = await operation(asked, given as Params<M>);
      sendJson(asked.response, 200, answer);
    },
  };
}
