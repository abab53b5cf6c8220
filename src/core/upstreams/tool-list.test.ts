import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";
import { upstreamServers } from "./server.ts";
import { readToolList } from "./tool-list.ts";

const inputSchema = { type: "object" };

function serverOf(more: object = {}) {
  const [server] = upstreamServers.parse({ files: { command: "files", ...more } });
  return server ?? expect.fail("no server");
}

test("hostile names, what is no tool, and a name that comes twice are left out with the reason; the others are offered", () => {
  const { all: tools, left } = readToolList(serverOf(), [
    { name: "read", inputSchema },
    { name: "read", description: "another", inputSchema },
    { name: "../read", inputSchema },
    { name: "re ad", inputSchema },
    { name: "x".repeat(200), inputSchema },
    { name: "big", inputSchema: { type: "object", description: "x".repeat(70_000) } },
    { name: "none" },
    "text",
    null,
  ]);
  expect([...tools.keys()]).toEqual(["read"]);
  expect(tools.get("read")).toEqual({
    name: "read",
    title: "read",
    description: "A tool of the server files.",
    inputSchema,
  });
  expect(left.map(({ name }) => name)).toEqual([
    "read",
    "../read",
    "re ad",
    `${"x".repeat(60)}…`,
    "big",
    "none",
    "(no name)",
    "(no name)",
  ]);
});

test("only tools that the settings name are offered where they name some, and never more than 256", () => {
  const entries = Array.from({ length: 300 }, (_, at) => ({ name: `read_${at}`, inputSchema }));
  expect(readToolList(serverOf(), entries).all.size).toBe(256);
  const some = readToolList(serverOf({ tools: ["read_1*"] }), entries);
  expect(some.all.size).toBe(111);
  expect(some.left[0]).toEqual({ name: "read_0", reason: "the settings do not name it" });
});

test("a text for models holds nothing that people do not see, and is bounded", () => {
  const hidden = String.fromCodePoint(0xe0069, 0xe0067, 0x202e, 0x200b);
  const { all: tools } = readToolList(serverOf(), [
    { name: "a", title: `T${hidden}`, description: `one\n${hidden}two\u0007`, inputSchema },
  ]);
  expect(tools.get("a")).toMatchObject({ title: "T", description: "one\ntwo" });
  expect(plainText("x".repeat(5000), 4096)).toBe(`${"x".repeat(4096)}…`);
});
