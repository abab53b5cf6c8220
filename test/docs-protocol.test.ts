import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sessionSending } from "../src/protocol/announced.ts";
import { CLOSE } from "../src/protocol/close-codes.ts";
import { callEvent, callGap, type EventType, eventData, eventTypes } from "../src/protocol/events.ts";
import { FAULTS } from "../src/protocol/fault.ts";
import { FRAME } from "../src/protocol/frames.ts";
import { mcpAck, mcpClosed, mcpMessage } from "../src/protocol/mcp.ts";
import { callAck, type Method, methods } from "../src/protocol/methods.ts";
import { rpcRequest, rpcResponse } from "../src/protocol/rpc.ts";

const page = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");
const protocol = page("protocol.md");

/** The cells of the table whose first header cell this is. */
function table(text: string, header: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  expect(start, `a table of ${header}`).toBeGreaterThanOrEqual(0);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? undefined : end).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

const names = (rows: string[][], column = 0) => rows.map((row) => row[column] ?? "");

interface Example {
  kind: string;
  of: string;
  value: { method?: string; params?: unknown; [name: string]: unknown };
}

const examples: Example[] = [...protocol.matchAll(/^```json (\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, kind, of, text]) => ({
    kind: kind ?? "",
    of: of ?? "",
    value: JSON.parse(text ?? ""),
  }),
);

const notifications: Record<string, (params: unknown) => void> = {
  "session.sending": (params) => void sessionSending.strict().parse(params),
  "call.ack": (params) => void callAck.parse(params),
  "call.gap": (params) => void callGap.strict().parse(params),
  "call.event": (params) => {
    const event = callEvent.strict().parse(params);
    eventData[event.type as EventType].parse(event.data);
  },
  "mcp.message": (params) => void mcpMessage.strict().parse(params),
  "mcp.ack": (params) => void mcpAck.parse(params),
  "mcp.close": (params) => void mcpClosed.strict().parse(params),
};

const checks: Record<string, (example: Example) => void> = {
  request: ({ value }) => {
    const { method, params } = rpcRequest.strict().parse(value);
    methods[method as Method].params.parse(params);
  },
  result: ({ of, value }) => void methods[of as Method].result.strict().parse(value),
  notification: ({ value }) =>
    notifications[value.method ?? ""]?.(value.params) ?? expect(notifications).toHaveProperty([value.method ?? ""]),
  error: ({ value }) => expect(rpcResponse.strict().parse(value).error).toBeDefined(),
};

describe("docs/protocol.md", () => {
  test("its examples are what the schemas take", () => {
    for (const example of examples) {
      const check = checks[example.kind];
      expect(check, JSON.stringify(example)).toBeDefined();
      check?.(example);
    }
    // Every fence is one of them: an example that nobody looks at may be wrong.
    expect(examples).toHaveLength([...protocol.matchAll(/^```\w/gm)].length);
    for (const name of ["session.open", "call.start", "call.follow"])
      expect(examples.filter(({ kind, of }) => kind === "result" && of === name)).toHaveLength(1);
    for (const name of Object.keys(notifications))
      expect(examples.some(({ kind, value }) => kind === "notification" && value.method === name)).toBe(true);
  });

  test("it lists every method, event, frame and close code, and nothing else", () => {
    expect(names(table(protocol, "method"))).toEqual(Object.keys(methods));
    expect(names(table(protocol, "event"))).toEqual(eventTypes);
    const frames = table(protocol, "frame").map(([name, type]) => [name, Number(type)]);
    expect(Object.fromEntries(frames)).toEqual(FRAME);
    const codes = table(protocol, "code").map(([code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(codes)).toEqual(CLOSE);
  });
});

test("what a client may send again is what the methods say", () => {
  const again = { same: "yes", anew: "yes", keyed: "with its key", never: "no" } as const;
  const rows = table(protocol, "method").map(([name, , how]) => [name, how]);
  expect(rows).toEqual(Object.entries(methods).map(([name, { repeat }]) => [name, again[repeat]]));
});

test("docs/faults.md lists every fault with its status, whether to repeat, and a sentence, and nothing else", () => {
  const rows = table(page("faults.md"), "code");
  const told = rows.map(([code, http, retry]) => [code ?? "", { http: Number(http), retry }]);
  expect(Object.fromEntries(told)).toEqual(FAULTS);
  expect(told).toHaveLength(Object.keys(FAULTS).length);
  for (const [code, , , sentence] of rows) expect(sentence, code).toMatch(/^[A-Z].*\.$/);
});
