import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { apiRoutes } from "../src/gateways/http/api-routes.ts";
import type { AnswerContract, Contract } from "../src/gateways/http/contract.ts";
import { queryReader } from "../src/gateways/http/query.ts";
import { Router } from "../src/gateways/http/router.ts";
import type { Route } from "../src/gateways/http/routes.ts";
import { faultView } from "../src/protocol/fault-view.ts";
import { HttpRig } from "./support/http-rig.ts";

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const page = read("docs/http.md");

await using rig = await HttpRig.make();
const routes = apiRoutes(rig.parts);
const router = new Router(routes);
const refusal = z.strictObject({ fault: faultView });

/** The rows of the table whose head begins so, without the marks of code. */
function table(head: string): string[][] {
  const lines = page.split("\n");
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(`| ${head} |`)) + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  const cells = rows.slice(0, end < 0 ? undefined : end).map((row) => row.split("|").slice(1, -1));
  return cells.map((row) => row.map((cell) => cell.replaceAll("`", "").trim()));
}

function contractOf(verb: string, path: string): Contract {
  return routes.find((route) => route.verb === verb && route.path === path)?.contract ?? expect.unreachable(path);
}

interface Example {
  command: string;
  /** What it was answered with. */
  answer: string;
}

const examples: Example[] = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, fence = ""]) =>
  fence.split(/^\$ /m).flatMap((text) => {
    const [command = "", ...lines] = text.split("\n");
    return command === "" ? [] : [{ command, answer: lines.join("\n").trim() }];
  }),
);

/** The route of a command, and what it was given by the path, the query and the body. */
function asked({ command }: Example): { route: Route; given: Record<string, unknown> } {
  const [, path = "", query = ""] = /\$EXAI(\/[^\s"?]*)(?:\?([^\s"]*))?/.exec(command) ?? [];
  const [, body] = /--json '([^']*)'/.exec(command) ?? [];
  const match = router.match(body === undefined ? "GET" : "POST", path);
  const route = match?.route ?? expect.unreachable(command);
  const { params = z.object({}) } = route.contract;
  const { properties = {} } = z.toJSONSchema(params, { io: "input", unrepresentable: "any" });
  // Some routes read their call from the path alone.
  const inPath = Object.entries(match?.path ?? {}).filter(([name]) => Object.hasOwn(properties, name));
  const inQuery = queryReader(params)(new URLSearchParams(query));
  return { route, given: { ...inQuery, ...JSON.parse(body ?? "{}"), ...Object.fromEntries(inPath) } };
}

/** With `-i` the status and the headers stand in front of the content. */
function parts(answer: string): { status: number | undefined; headers: string[]; content: string } {
  if (!answer.startsWith("HTTP/1.1 ")) return { status: undefined, headers: [], content: answer };
  const [head = "", ...rest] = answer.split("\n\n");
  const [line = "", ...headers] = head.split("\n");
  const names = headers.map((header) => header.slice(0, header.indexOf(":")));
  return { status: Number(line.split(" ")[1]), headers: names, content: rest.join("\n\n") };
}

/** Headers that every answer has. */
const usual =
  /^(X-Content-Type-Options|Cache-Control|Content-Security-Policy|Referrer-Policy|Content-Type|Content-Length|Date|Connection|Keep-Alive)$/;

function strict(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strict() : schema;
}

/** Parses the content by what the route says of its answers, and tells what it was. */
function checked(content: string, told: AnswerContract): "json" | "events" | "refusal" | "plain" {
  if (content.startsWith('{"fault":')) {
    refusal.parse(JSON.parse(content));
    return "refusal";
  }
  if (content.startsWith("id: ")) {
    for (const block of content.split("\n\n")) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      expect(fields["id"]).toMatch(/^[\w.-]+:\d+$/);
      const schema = told.events?.[fields["event"] ?? "message"] ?? expect.unreachable(block);
      strict(schema).parse(JSON.parse(fields["data"] ?? ""));
    }
    return "events";
  }
  if (content.startsWith("{")) {
    strict(told.json ?? expect.unreachable(content)).parse(JSON.parse(content));
    return "json";
  }
  expect(told.plain, content).toBeDefined();
  return "plain";
}

/** Holds a command and its answer to its route, and tells what kind of answer it was. */
function kindOf(example: Example): ReturnType<typeof checked> | "filtered" {
  const { command } = example;
  const { route, given } = asked(example);
  const { answers, params = z.object({}), takes = {} } = route.contract;
  const { status = 200, headers, content } = parts(example.answer);
  for (const [, name = ""] of command.matchAll(/-H '([\w-]+): /g)) expect(Object.keys(takes), command).toContain(name);
  const isRefused = content.startsWith('{"fault":{"code":"input.invalid"');
  expect(params.safeParse(given).success, command).toBe(!isRefused);
  const told = answers[status] ?? expect.unreachable(command);
  const own = headers.filter((header) => !usual.test(header));
  expect(Object.keys(told.headers ?? {}), command).toEqual(expect.arrayContaining(own));
  return / -o | \| /.test(command) ? "filtered" : checked(content, told);
}

describe("docs/http.md", () => {
  test("its table is the routes, and each route that it names is one", () => {
    const rows = routes.map(({ verb, path, contract }) => [`${verb} ${path}`, contract.summary]);
    expect(table("route")).toEqual(rows);
    const named = [...page.matchAll(/`(?:(GET|POST|DELETE) )?(\/(?!v1|srv)[^\s`?]+)`/g)];
    expect(named.length).toBeGreaterThan(routes.length);
    for (const [text, verb, path = ""] of named) {
      const { route, verbs } = router.match(verb ?? "GET", path) ?? expect.unreachable(text);
      expect(verb === undefined ? verbs.length : route?.path, text).toBeTruthy();
    }
  });

  test("its commands ask what the routes take, and were answered what they answer", () => {
    const seen = new Set(examples.map(kindOf));
    expect([...seen].toSorted()).toEqual(["events", "filtered", "json", "plain", "refusal"]);
  });

  test("its bodies are what their routes take, and no example goes unlooked at", () => {
    const bodies = [...page.matchAll(/^```json body (\w+) (\S+)\n([\s\S]*?)^```$/gm)];
    for (const [, verb = "", path = "", text = ""] of bodies) {
      const { params } = contractOf(verb, path);
      const inPath = Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name]) => [name, "c1"]));
      params?.parse({ ...JSON.parse(text), ...inPath });
    }
    const kinds = [...page.matchAll(/^```(\w+)/gm)].map(([, kind]) => kind);
    expect(bodies).toHaveLength(kinds.filter((kind) => kind === "json").length);
    expect(new Set(kinds)).toEqual(new Set(["sh", "console", "json"]));
  });

  test("it tells every field of a start and every header of an output", () => {
    const { params } = contractOf("POST", "/api/v1/execute");
    const fields = Object.keys((params as z.ZodObject).shape);
    expect(table("field of the body").map(([name]) => name)).toEqual(fields);
    const { answers } = contractOf("GET", "/api/v1/calls/:call/output");
    expect(table("header").map(([name]) => name)).toEqual(Object.keys(answers[200]?.headers ?? {}));
  });

  test("who looks for HTTP finds it", () => {
    for (const name of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/protocol.md"])
      expect(read(name), name).toMatch(/\]\((docs\/)?http\.md\)/);
  });
});
