import { classifyInboundRequest } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { isPlainRequest } from "./plain-request.ts";

const claim = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
const plain = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "echo" } };

const withMeta = (meta: object) => ({ ...plain, params: { name: "echo", _meta: meta } });
const plainOnes = [
  plain,
  { ...plain, id: "x" },
  { ...plain, params: {} },
  withMeta({}),
  withMeta({ progressToken: 1, "vendor/use": "x", traceparent: "00-1" }),
];

test("a request that needs no closer look is one of a session, as the protocol layer says too", () => {
  for (const version of [undefined, "2025-11-25", "2024-11-05"])
    for (const body of plainOnes) {
      expect(isPlainRequest(body, version)).toBe(true);
      const header = version === undefined ? {} : { protocolVersionHeader: version };
      expect(classifyInboundRequest({ httpMethod: "POST", ...header, body }).kind).toBe("legacy");
    }
});

test("everything else is left to the protocol layer", () => {
  const others = [
    {},
    { ...plain, jsonrpc: "1.0" },
    { ...plain, id: 1.5 },
    { ...plain, id: null },
    { ...plain, method: "initialize" },
    { ...plain, method: 7 },
    { ...plain, params: [] },
    { ...plain, params: null },
    { ...plain, params: { _meta: claim } },
    withMeta([]),
    withMeta({ progressToken: 1.5 }),
    withMeta({ progressToken: {} }),
    withMeta({ "io.modelcontextprotocol/related-task": { taskId: "t" } }),
    withMeta({ "io.modelcontextprotocol/clientInfo": {} }),
    { ...plain, more: true },
    { jsonrpc: "2.0", id: 1, result: {} },
    { jsonrpc: "2.0", method: "notifications/initialized" },
  ];
  for (const body of others) expect(isPlainRequest(body, "2025-11-25"), JSON.stringify(body)).toBe(false);
  for (const version of ["2026-07-28", "2027-01-01", "", ["2025-11-25"]])
    expect(isPlainRequest(plain, version)).toBe(false);
});
