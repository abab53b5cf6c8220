import { z } from "zod";
import { faultView } from "../../protocol/fault-view.ts";
import { callView } from "../../protocol/result.ts";
import type { Route } from "./routes.ts";

const callRef = { $ref: "#/components/schemas/Call" };

/** The OpenAPI 3.1 document of the routes, from the schemas that decode and encode them. */
export function openapiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.verb.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "EXAI", version },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: {
        Call: schemaOf(callView, "output"),
        Refusal: schemaOf(z.object({ fault: faultView }), "output"),
      },
    },
  };
}

function operationOf(route: Route): object {
  const { summary, params, answer, accepted } = route.contract;
  const { properties = {}, required = [] } = params === undefined ? {} : schemaOf(params, "input");
  const inPath = new Set([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const given = Object.entries(properties).filter(([name]) => !inPath.has(name));
  const parameters = [...inPath].map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const query = given.map(([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }));
  const body = {
    type: "object",
    properties: Object.fromEntries(given),
    required: required.filter((name) => !inPath.has(name)),
  };
  return {
    summary,
    security: route.access === "token" ? [{ token: [] }] : [],
    parameters: route.verb === "POST" ? parameters : [...parameters, ...query],
    ...(route.verb === "POST" ? { requestBody: { content: { "application/json": { schema: body } } } } : {}),
    responses: {
      200: { description: "Done", ...(answer === undefined ? {} : contentOf(answer)) },
      ...(accepted === undefined ? {} : { 202: { description: "Goes on without you", ...contentOf(accepted) } }),
      default: {
        description: "Refused",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
      },
    },
  };
}

function contentOf(answer: z.ZodType): object {
  const schema = answer === callView ? callRef : schemaOf(answer, "output");
  return { content: { "application/json": { schema } } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
