import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { readPromptList } from "./prompt-list.ts";
import { mayBeRead, readResourceList, readTemplateList } from "./resource-list.ts";
import { upstreamServers } from "./server.ts";

function serverOf(more: object = {}) {
  const [server] = upstreamServers.parse({ files: { command: "files", ...more } });
  return server ?? expect.fail("no server");
}

const unseen = String.fromCodePoint(0x202e, 0xe0069, 7);

test("addresses that not every client can send, and what is no resource, are left out; texts are plain and bounded", () => {
  const { all, left } = readResourceList(serverOf(), [
    { uri: "file:///a", name: `A${unseen}`, description: "x".repeat(9000), mimeType: 3, size: -1 },
    { uri: "file:///a", name: "again" },
    { uri: "no address" },
    { uri: `file:///${unseen}` },
    { uri: `file:///${"x".repeat(2000)}` },
    { name: "none" },
    null,
  ]);
  expect([...all.values()]).toEqual([{ uri: "file:///a", name: "A", description: `${"x".repeat(500)}…` }]);
  expect(left).toHaveLength(6);
  const many = Array.from({ length: 3000 }, (_, at) => ({ uri: `file:///${at}` }));
  expect(readResourceList(serverOf(), many).all.size).toBe(1000);
});

test("what the settings do not let be read is neither listed nor read, also by a way around", () => {
  const server = serverOf({ resources: ["file:///srv/*", "note://*"] });
  const { all } = readResourceList(server, [
    { uri: "file:///srv/a" },
    { uri: "file:///etc/passwd" },
    { uri: "note://1" },
  ]);
  expect([...all.keys()]).toEqual(["file:///srv/a", "note://1"]);
  const forms = ["file:///srv/{path}", "file:///{path}", "{+any}"].map((uriTemplate) => ({ uriTemplate }));
  expect([...readTemplateList(server, forms).all.keys()]).toEqual(["file:///srv/{path}"]);
  for (const way of ["file:///srv/../etc/passwd", "file:///srv/%2e%2e/etc/passwd", "file:///etc/passwd"])
    expect([way, mayBeRead(server, way)]).toEqual([way, false]);
  expect(mayBeRead(server, "file:///srv/a/b.txt")).toBe(true);
  expect(mayBeRead(serverOf({ resources: [] }), "note://1")).toBe(false);
});

promise("auth.paths", "no address that the settings name leads up out of what they name, however it is written", () => {
  const server = serverOf({ resources: ["file:///srv/public/*", "docs:public/*", "git://host/public/*"] });
  const up = [
    "../k",
    "..%2fk",
    "..%5ck",
    "..\\k",
    "%252e%252e%252fk",
    "a%2f%2e.",
    "a\\..\\..\\p",
    "..%00",
    "..;/k",
    "a?/../../k",
    "%zz/../k",
  ];
  for (const under of ["file:///srv/public/", "docs:public/", "git://host/public/"]) {
    for (const way of up) expect([under + way, mayBeRead(server, under + way)]).toEqual([under + way, false]);
    for (const name of ["a", "a/..b", "b../c", "...", "a..b", "%2e%2ea", "100%"])
      expect([under + name, mayBeRead(server, under + name)]).toEqual([under + name, true]);
  }
  const form = { uriTemplate: "docs:public/..%2f{path}" };
  expect(readTemplateList(server, [form]).all.size).toBe(0);
  expect(mayBeRead(serverOf(), "docs:public/../private")).toBe(true);
});

test("prompts have plain names and few arguments, each name once, and those alone that the settings name", () => {
  const blanks = Array.from({ length: 40 }, (_, at) => ({ name: `a${at}` }));
  const entries = [
    { name: "greet", title: `Hi${unseen}`, arguments: [{ name: "whom", required: true, description: 3 }] },
    { name: "greet" },
    { name: "../up" },
    { name: "much", arguments: blanks },
    { name: "odd", arguments: [{ name: "a b" }] },
    "text",
  ];
  const { all, left } = readPromptList(serverOf(), entries);
  const description = "A prompt of the server files.";
  expect([...all.values()]).toEqual([
    { name: "greet", title: "Hi", description, arguments: [{ name: "whom", required: true }] },
  ]);
  expect(left.map(({ name }) => name)).toEqual([
    "greet",
    "prompt ../up",
    "prompt much",
    "prompt odd",
    "prompt (no name)",
  ]);
  expect(readPromptList(serverOf({ prompts: ["other*"] }), entries).all.size).toBe(0);
});
