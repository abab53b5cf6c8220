import { expect, test } from "vitest";
import { z } from "zod";
import { type Answer, type Asking, HttpRig, sentEvents } from "../../../test/support/http-rig.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";

interface Told {
  description?: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema?: object }>;
}

interface Place {
  summary: string;
  parameters: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties?: Record<string, object>; required: string[] } }> };
  responses: Record<string, Told>;
}

interface Document {
  paths: Record<string, Record<string, Place>>;
  components: { schemas: Record<string, object>; responses: Record<string, Told> };
}

async function documentOf(rig: HttpRig): Promise<Document> {
  const { status, json } = await rig.ask("/openapi.json", { token: undefined });
  expect([status, json?.["openapi"]]).toEqual([200, "3.1.0"]);
  return json as unknown as Document;
}

/** What the document says of one place. */
function placeIn({ paths }: Document, verb: string, path: string): Place {
  return paths[path]?.[verb] ?? expect.unreachable(`${verb} ${path}`);
}

/** The schema as a check: what it points at in the document comes with it. */
function checkOf({ components }: Document, schema: object | undefined): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}

function named({ parameters }: Place, where: string): string[] {
  return parameters.filter((parameter) => parameter.in === where).map(({ name }) => name);
}

test("the document tells of a start what the decoder takes", async () => {
  await using rig = await HttpRig.open();
  const execute = placeIn(await documentOf(rig), "post", "/api/v1/execute");
  const schema = execute.requestBody?.content["application/json"]?.schema;
  expect(schema?.required).toEqual(["tool"]);
  expect(schema?.properties).toMatchObject({
    tool: { type: "string", maxLength: 128 },
    arguments: { type: "object" },
    key: { type: "string" },
    deadlineMs: { type: "integer" },
    budget: { type: "object" },
  });
  expect(Object.keys(execute.responses)).toEqual(["200", "202", "default"]);
});

test("places and queries are told apart, and every answer has a schema", async () => {
  await using rig = await HttpRig.open();
  const document = await documentOf(rig);
  const list = placeIn(document, "get", "/api/v1/calls");
  expect(named(list, "query")).toEqual(["limit", "before", "phase", "tool"]);
  const one = placeIn(document, "get", "/api/v1/calls/{call}");
  expect(one.parameters).toEqual([{ name: "call", in: "path", required: true, schema: { type: "string" } }]);
  expect(one.responses["200"]?.content).toEqual({
    "application/json": { schema: { $ref: "#/components/schemas/Call" } },
  });
});

test("each route takes the fields and parameters that the document tells of, and no other", async () => {
  await using rig = await HttpRig.open();
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  const places = Object.entries((await documentOf(rig)).paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, place]) => ({ path, verb, place })),
  );
  const api = places.filter(({ path }) => path.startsWith("/api/v1/"));
  expect(api.length).toBeGreaterThan(20);
  for (const { path, verb, place } of api) {
    const at = path.replaceAll(/\{\w+\}/g, call);
    const isPost = verb === "post";
    const asking = { method: verb.toUpperCase(), ...(isPost && { body: '{"unheardOf":1}' }) };
    const { status, json } = await rig.ask(isPost ? at : `${at}?unheardOf=1`, asking);
    const [, known = ""] =
      /no field unheardOf, expected (?:one of )?(.+?)(?:;|$)/.exec(json?.fault?.message ?? "") ?? [];
    const body = Object.keys(place.requestBody?.content["application/json"]?.schema.properties ?? {});
    const told = [...named(place, "path"), ...named(place, "query"), ...body];
    // Events and outputs read their call from the path alone.
    const taken = [...new Set([...named(place, "path"), ...known.split(", ").filter((name) => name !== "none")])];
    expect([verb, path, status, taken.toSorted()]).toEqual([verb, path, 400, told.toSorted()]);
    if (isPost) expect((await rig.ask(`${at}?unheardOf=1`, { body: "{}" })).status).toBe(400);
  }
});

test("the headers that routes take are those that a page may send", async () => {
  await using rig = await HttpRig.open();
  const { paths } = await documentOf(rig);
  const told = Object.values(paths).flatMap((verbs) => Object.values(verbs).flatMap((place) => named(place, "header")));
  const origin = { origin: "https://page.example" };
  const { headers } = await rig.ask("/api/v1/execute", { method: "OPTIONS", headers: origin });
  const allowed = (headers["access-control-allow-headers"] ?? "").split(", ");
  const always = ["Accept", "Authorization", "Content-Type"];
  expect([...new Set([...told, ...always])].toSorted()).toEqual([...new Set([...allowed, "Accept"])].toSorted());
});

/** Headers that every answer may have. */
const usual =
  /^(content-|cache-control$|connection$|date$|keep-alive$|referrer-policy$|transfer-encoding$|x-|vary$|access-control-)/;

function ownHeaders({ headers }: Pick<Answer, "headers">): string[] {
  return Object.keys(headers).filter((name) => !usual.test(name));
}

function headersTold(answer: Told | undefined): string[] {
  return Object.keys(answer?.headers ?? {})
    .map((name) => name.toLowerCase())
    .toSorted();
}

test("a start is answered with the headers and the body that the document tells of", async () => {
  await using rig = await HttpRig.open();
  const document = await documentOf(rig);
  const { responses } = placeIn(document, "post", "/api/v1/execute");
  const body = JSON.stringify({ tool: "echo" });
  const left = await rig.ask("/api/v1/execute", { body, headers: { prefer: "respond-async" } });
  rig.calls.onStart = (call) => rig.calls.end(call);
  const ended = await rig.ask("/api/v1/execute", { body, headers: { prefer: "wait=1" } });
  for (const [status, answer] of Object.entries({ 200: ended, 202: left })) {
    expect(answer.status).toBe(Number(status));
    expect(ownHeaders(answer).toSorted()).toEqual(headersTold(responses[status]));
    checkOf(document, responses[status]?.content?.["application/json"]?.schema).parse(answer.json);
  }
});

test("a refusal is what the document tells of one, with its headers", async () => {
  await using rig = await HttpRig.open();
  const document = await documentOf(rig);
  const refused = document.components.responses["Refused"];
  const check = checkOf(document, refused?.content?.["application/json"]?.schema);
  const cases: [path: string, asking: Asking, status: number][] = [
    ["/api/v1/execute", { body: '{"tool":"busy"}' }, 429],
    ["/api/v1/execute", { body: "{}" }, 400],
    ["/api/v1/execute", { method: "DELETE" }, 405],
    ["/api/v1/calls", { token: undefined }, 401],
    ["/api/v1/calls/none", {}, 404],
  ];
  const seen = new Set<string>();
  for (const [path, asking, status] of cases) {
    const answer = await rig.ask(path, asking);
    expect(answer.status).toBe(status);
    check.parse(answer.json);
    for (const name of ownHeaders(answer)) seen.add(name);
  }
  expect([...seen].toSorted()).toEqual(headersTold(refused));
});

/** The events of a stream, each as the document has it. */
async function eventsOf(rig: HttpRig, path: string, headers: Record<string, string> = {}) {
  const response = await rig.begin(path, { headers: { accept: "text/event-stream", ...headers } });
  const events = [];
  for await (const { comment: _comment, ...event } of sentEvents(response)) events.push(event);
  return { response, events };
}

function streamCheck(document: Document, path: string) {
  const { responses } = placeIn(document, "get", path);
  const schema = responses["200"]?.content?.["text/event-stream"]?.schema as {
    items: { oneOf: { properties: { event: { const: string }; data: { contentSchema: object } } }[] };
  };
  expect(Object.keys(responses)).toContain("204");
  const each = schema.items.oneOf.map(({ properties }) => [
    properties.event.const,
    checkOf(document, properties.data.contentSchema),
  ]);
  return { whole: checkOf(document, schema), each: new Map(each as [string, z.ZodType][]) };
}

test("the events of a journal are those that the document tells of, each with its data", async () => {
  await using rig = await HttpRig.open();
  const document = await documentOf(rig);
  const { whole, each } = streamCheck(document, "/api/v1/calls/{call}/events");
  const { call } = rig.calls.start("ada", { tool: "echo", input: {} });
  rig.calls.emit(call, "call.started", { attempt: 1 });
  rig.calls.emit(call, "call.progress", { message: "half", done: 1, total: 2 });
  rig.calls.end(call);
  const { events } = await eventsOf(rig, `/api/v1/calls/${call}/events`, { "last-event-id": "e0:9" });
  whole.parse(events);
  for (const { event = "message", data = "" } of events) each.get(event)?.parse(JSON.parse(data));
  expect(new Set(events.map(({ event = "message" }) => event))).toEqual(new Set(each.keys()));
  const odd = { call, seq: 1, at: 1, type: "call.progress", data: { attempt: 1 } };
  expect(each.get("message")?.safeParse(odd).success).toBe(false);
});

const KiB = 1024;

test("an output is read with the headers and the events that the document tells of", async () => {
  await using rig = await HttpRig.open({}, { perCall: 32 * KiB, perPrincipal: 64 * KiB, all: 64 * KiB });
  const document = await documentOf(rig);
  const path = "/api/v1/calls/{call}/output";
  const { whole, each } = streamCheck(document, path);
  const call = rig.calls.start("ada", { tool: "exec", input: {} }).call as CallId;
  const writer = await rig.outputs.open({ call, principal: "ada" as PrincipalId, overflow: "drop_oldest" });
  for (let written = 0; written < 100; written++) await writer.write(1, Buffer.alloc(KiB));
  await writer.seal({ code: 0, signal: 0 });
  const at = `/api/v1/calls/${call}/output`;
  const page = await rig.ask(at);
  const told = placeIn(document, "get", path).responses["200"];
  expect(ownHeaders(page).toSorted()).toEqual(headersTold(told));
  const { response, events } = await eventsOf(rig, at, { "last-event-id": "e0:9" });
  const types = [page.headers["content-type"], response.headers["content-type"]];
  expect(types.toSorted()).toEqual(Object.keys(told?.content ?? {}).toSorted());
  whole.parse(events);
  for (const { event = "message", data = "" } of events) each.get(event)?.parse(JSON.parse(data));
  expect(new Set(events.map(({ event = "message" }) => event))).toEqual(new Set(each.keys()));
});
