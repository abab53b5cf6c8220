import { expect, test } from "vitest";
import { HttpRig } from "../../../test/support/http-rig.ts";

interface Place {
  summary: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties: Record<string, object>; required: string[] } }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

async function paths(): Promise<Record<string, Record<string, Place>>> {
  await using rig = await HttpRig.open();
  const { status, json } = await rig.ask("/openapi.json", { token: undefined });
  expect([status, json?.["openapi"]]).toEqual([200, "3.1.0"]);
  return json?.["paths"] as Record<string, Record<string, Place>>;
}

test("the document tells of a start what the decoder takes", async () => {
  const execute = (await paths())["/api/v1/execute"]?.["post"];
  const schema = execute?.requestBody?.content["application/json"]?.schema;
  expect(schema?.required).toEqual(["tool"]);
  expect(schema?.properties).toMatchObject({
    tool: { type: "string", maxLength: 128 },
    arguments: { type: "object" },
    key: { type: "string" },
    deadlineMs: { type: "integer" },
    budget: { type: "object" },
  });
  expect(Object.keys(execute?.responses ?? {})).toEqual(["200", "202", "default"]);
});

test("places and queries are told apart, and every answer has a schema", async () => {
  const list = (await paths())["/api/v1/calls"]?.["get"];
  expect(list?.parameters.map(({ name, in: where }) => `${where} ${name}`)).toEqual([
    "query limit",
    "query before",
    "query phase",
    "query tool",
  ]);
  const one = (await paths())["/api/v1/calls/{call}"]?.["get"];
  expect(one?.parameters).toEqual([{ name: "call", in: "path", required: true, schema: { type: "string" } }]);
  expect(one?.responses["200"]?.content).toEqual({
    "application/json": { schema: { $ref: "#/components/schemas/Call" } },
  });
});
