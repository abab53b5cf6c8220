import { z } from "zod";
import { callEvent, eventData, eventTypes } from "../../protocol/events.ts";
import { faultView } from "../../protocol/fault-view.ts";
import { callView } from "../../protocol/result.ts";
import type { AnswerContract } from "./contract.ts";
import type { Route } from "./routes.ts";

/** Schemas that stand once, under their name. */
const named = new Map<unknown, string>([
  [callView, "Call"],
  [callEvent, "Event"],
  [faultView, "Fault"],
]);

/** The OpenAPI 3.1 document of the routes, from the schemas that decode and encode them. */
export function openapiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.verb.toLowerCase()]: operationOf(route) };
  }
  const refusal = z.object({ fault: faultView });
  return {
    openapi: "3.1.0",
    info: { title: "EXAI", version },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: {
        Call: bodyOf(callView),
        Event: bodyOf(z.union(eventTypes.map(eventOf))),
        Fault: bodyOf(faultView),
        Refusal: schemaOf(refusal, "output"),
      },
      responses: {
        Refused: {
          description: "Refused; fault.code says why and what to do, as docs/faults.md tells of each",
          headers: headersOf({
            "Retry-After": "Seconds, where a repeat has a chance after them",
            "WWW-Authenticate": "With 401: a Bearer token is expected",
            Allow: "With 405: the verbs of the path",
          }),
          content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
        },
      },
    },
  };
}

function operationOf(route: Route): object {
  const { summary, params, takes = {}, answers } = route.contract;
  const { properties = {}, required = [] } = params === undefined ? {} : schemaOf(params, "input");
  const inPath = new Set([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const given = Object.entries(properties).filter(([name]) => !inPath.has(name));
  const isPost = route.verb === "POST";
  const parameters = [
    ...[...inPath].map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...(isPost ? [] : given).map(([name, schema]) => ({
      name,
      in: "query",
      required: required.includes(name),
      schema,
    })),
    ...Object.entries(takes).map(([name, description]) => ({ name, in: "header", description, ...text })),
  ];
  const body = {
    type: "object",
    properties: Object.fromEntries(given),
    required: required.filter((name) => !inPath.has(name)),
  };
  return {
    summary,
    security: route.access === "token" ? [{ token: [] }] : [],
    parameters,
    ...(isPost && { requestBody: { content: { "application/json": { schema: params === undefined ? {} : body } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
      default: { $ref: "#/components/responses/Refused" },
    },
  };
}

function answerOf({ means, headers, json, events, plain = [] }: AnswerContract): object {
  const content = {
    ...Object.fromEntries(plain.map((type) => [type, {}])),
    ...(json !== undefined && { "application/json": { schema: schemaOf(json, "output") } }),
    ...(events !== undefined && { "text/event-stream": { schema: streamOf(events) } }),
  };
  return {
    description: means,
    ...(headers !== undefined && { headers: headersOf(headers) }),
    ...(Object.keys(content).length > 0 && { content }),
  };
}

const text = { schema: { type: "string" } };

function headersOf(told: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(told).map(([name, description]) => [name, { description, ...text }]));
}

/** A stream as the list of its events; the data of each is JSON in a string. */
function streamOf(events: Readonly<Record<string, z.ZodType>>): object {
  const items = Object.entries(events).map(([name, data]) => ({
    type: "object",
    properties: {
      id: { type: "string", pattern: "^[\\w.-]{1,64}:\\d{1,15}$" },
      event: { const: name },
      data: { type: "string", contentMediaType: "application/json", contentSchema: schemaOf(data, "output") },
    },
    required: name === "message" ? ["id", "data"] : ["id", "event", "data"],
  }));
  return { type: "array", items: { oneOf: items } };
}

function eventOf(type: (typeof eventTypes)[number]) {
  return callEvent.extend({ type: z.literal(type), data: eventData[type] });
}

function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const name = named.get(schema);
  return name === undefined ? bodyOf(schema, io) : { $ref: `#/components/schemas/${name}` };
}

/** What it is itself; the named ones in it are only pointed at. */
function bodyOf(schema: z.ZodType, io: "input" | "output" = "output"): z.core.JSONSchema.BaseSchema {
  const itself: unknown = schema;
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const name = named.get(zodSchema);
      if (name === undefined || zodSchema === itself) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      jsonSchema.$ref = `#/components/schemas/${name}`;
    },
  });
  return rest;
}
