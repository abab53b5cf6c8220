import { classifyInboundRequest } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { Posts } from "./posts.ts";

const version = "io.modelcontextprotocol/protocolVersion";
const info = "io.modelcontextprotocol/clientInfo";
const capabilities = "io.modelcontextprotocol/clientCapabilities";
const envelope = { [version]: "2026-07-28", [info]: { name: "a client", version: "1" }, [capabilities]: {} };
const plain = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "echo" } };
const withMeta = (meta: unknown) => ({ ...plain, params: { name: "echo", _meta: meta } });
const modern = withMeta(envelope);
const named = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "echo" };

const kindOf = (body: object, headers = {}, posts = new Posts()) => posts.classify({ ...body }, headers).kind;

test("a request in the usual shape is one of a session where the protocol layer says so too", () => {
  const bodies = [
    plain,
    { ...plain, id: "x" },
    { ...plain, params: {} },
    withMeta({}),
    withMeta({ progressToken: 1, "vendor/use": "x", traceparent: "00-1" }),
  ];
  for (const said of [undefined, "2025-11-25", "2024-11-05"])
    for (const body of bodies) {
      expect(kindOf(body, said && { "mcp-protocol-version": said })).toBe("ask");
      const header = said === undefined ? {} : { protocolVersionHeader: said };
      expect(classifyInboundRequest({ httpMethod: "POST", ...header, body }).kind).toBe("legacy");
    }
});

test("everything else is what the protocol layer says that it is", () => {
  const others = [
    {},
    { ...plain, jsonrpc: "1.0" },
    { ...plain, id: 1.5 },
    { ...plain, id: null },
    { ...plain, method: 7 },
    { ...plain, params: [] },
    { ...plain, params: null },
    { ...plain, params: { _meta: { [version]: "2026-07-28" } } },
    withMeta([]),
    withMeta({ progressToken: 1.5 }),
    withMeta({ progressToken: {} }),
    withMeta({ [version]: null }),
    withMeta({ "io.modelcontextprotocol/related-task": { taskId: "t" } }),
    withMeta({ "io.modelcontextprotocol/clientInfo": {} }),
    { ...plain, more: true },
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", method: "notifications/initialized" },
  ];
  for (const body of others) {
    const route = classifyInboundRequest({ httpMethod: "POST", protocolVersionHeader: "2025-11-25", body });
    const isRequest = "method" in body && "id" in body;
    const expected = { legacy: isRequest ? "ask" : "tell", reject: "refused", modern: "refused" }[route.kind];
    expect(kindOf(body, { "mcp-protocol-version": "2025-11-25" }), JSON.stringify(body)).toBe(expected);
  }
  expect(kindOf({ ...plain, method: "initialize" })).toBe("initialize");
  for (const said of ["2026-07-28", "2027-01-01", ""])
    expect(kindOf(plain, { "mcp-protocol-version": said })).toBe("refused");
});

test("a client of 2026-07-28 is met by its first call, and known by all that say the same of it", () => {
  const posts = new Posts();
  expect(kindOf(modern, named, posts)).toBe("exchange");
  expect(posts.classify(modern, named)).toMatchObject({ kind: "call", client: { name: "a client", takes: "answers" } });
  const more = withMeta({ ...envelope, progressToken: "p", traceparent: "00-1" });
  expect(kindOf(more, named, posts)).toBe("call");
  const others = [
    withMeta({ ...envelope, "io.modelcontextprotocol/clientCapabilities": { roots: {} } }),
    withMeta({ ...envelope, "vendor/use": "x" }),
    { ...modern, params: { ...modern.params, name: "=?base64?eA==?=" } },
  ];
  const encoded = { ...named, "mcp-name": "=?base64?PT9iYXNlNjQ/ZUE9PT89?=" };
  expect(others.map((body, at) => kindOf(body, at === 2 ? encoded : named, posts))).toEqual(
    others.map(() => "exchange"),
  );
});

test("a client that was met is refused all the same where its headers say otherwise than its body", () => {
  const posts = new Posts();
  posts.classify(modern, named);
  const wrong = [
    {},
    { ...named, "mcp-name": "other" },
    { ...named, "mcp-method": "tools/list" },
    { ...named, "mcp-protocol-version": "2025-11-25" },
  ];
  expect(wrong.map((headers) => kindOf(modern, headers, posts))).toEqual(wrong.map(() => "refused"));
  const later = withMeta({ ...envelope, [version]: "2027-01-01" });
  expect(kindOf(later, { ...named, "mcp-protocol-version": "2027-01-01" }, posts)).toBe("refused");
});

test("a client that says nothing of itself is no other than it was, and one that says null is refused", () => {
  const posts = new Posts();
  const { [version]: revision, [capabilities]: can } = envelope;
  const nameless = { [version]: revision, [capabilities]: can };
  expect(kindOf(withMeta(nameless), named, posts)).toBe("exchange");
  expect(kindOf(withMeta(nameless), named, posts)).toBe("call");
  expect(kindOf(withMeta({ ...envelope, [info]: null }), named, posts)).toBe("refused");
});

test("what 2026-07-28 has besides is told apart", () => {
  const asked = (method: string, id?: number) => ({
    jsonrpc: "2.0",
    method,
    params: { _meta: envelope },
    ...(id !== undefined && { id }),
  });
  const headers = (method: string) => ({ "mcp-protocol-version": "2026-07-28", "mcp-method": method });
  const kinds = (method: string, id?: number) => kindOf(asked(method, id), headers(method));
  expect(kinds("tools/list", 1)).toBe("exchange");
  expect(kinds("subscriptions/listen", 1)).toBe("listen");
  expect(kinds("exai/resume", 1)).toBe("refused");
  expect(kinds("notifications/cancelled")).toBe("passing");
});
