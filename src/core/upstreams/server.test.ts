import { expect, test } from "vitest";
import { credentialsOf } from "./credentials.ts";
import { refusalOfServer } from "./may-use.ts";
import { upstreamServers } from "./server.ts";

function serverOf(entry: object) {
  const [server] = upstreamServers.parse({ one: entry });
  return server ?? expect.fail("no server");
}

test("an entry is a program or an address, under a name without dots, with nothing that it does not know", () => {
  const isGood = (servers: object) => upstreamServers.safeParse(servers).success;
  expect(isGood({ one: { command: "npx", args: ["-y", "some-server"], env: { A: "b" } } })).toBe(true);
  expect(isGood({ one: { type: "http", url: "https://example.org/mcp", headers: { "X-A": "b" } } })).toBe(true);
  for (const servers of [
    { "one.two": { command: "a" } },
    { one: { command: "a; b" } },
    { one: { command: "a", url: "https://example.org" } },
    { one: { url: "https://user:secret@example.org" } },
    { one: { url: "file:///etc/passwd" } },
    { one: { url: "http://127.0.0.1:6000/mcp" } },
    { one: { url: "https://example.org", oauth: { issuer: "http://127.0.0.1:9", clientId: "a", secret: "KEY" } } },
    { one: { url: "https://example.org", headers: { "X-A": "b\r\nX-C: d" } } },
    { one: { command: "a", readonly: [] } },
    { one: {} },
  ])
    expect([servers, isGood(servers)]).toEqual([servers, false]);
});

test("who would share credentials or directories with others is refused, unless the entry is for everybody", () => {
  const inWayA = { way: "A", leastWay: undefined } as const;
  const codeOf = (entry: object, role: "owner" | "user") => refusalOfServer(serverOf(entry), { ...inWayA, role })?.code;
  for (const entry of [
    { command: "a", env: { A: "b" } },
    { command: "a", pass: ["A"] },
    { command: "a", directories: ["~/b"] },
    { url: "https://example.org", token: "A" },
  ]) {
    expect(codeOf(entry, "user")).toBe("auth.scope");
    expect(codeOf(entry, "owner")).toBeUndefined();
    expect(codeOf({ ...entry, for: "everybody" }, "user")).toBeUndefined();
  }
  expect(codeOf({ command: "a" }, "user")).toBeUndefined();
  expect(codeOf({ command: "a", for: "owner" }, "user")).toBe("auth.scope");
});

test("what nothing confines is the owner's, and nothing runs in a worse way than its entry or the setting allows", () => {
  const codeOf = (entry: object, circumstances: Parameters<typeof refusalOfServer>[1]) =>
    refusalOfServer(serverOf(entry), circumstances)?.code;
  const inWayC = { way: "C", leastWay: undefined } as const;
  expect(codeOf({ command: "a" }, { ...inWayC, role: "user" })).toBe("process.refused");
  expect(codeOf({ command: "a" }, { ...inWayC, role: "owner" })).toBeUndefined();
  expect(codeOf({ command: "a", least: "B" }, { ...inWayC, role: "owner" })).toBe("process.refused");
  expect(codeOf({ command: "a" }, { way: "C", leastWay: "C", role: "user" })).toBeUndefined();
  expect(codeOf({ command: "a" }, { way: "C", leastWay: "B", role: "owner" })).toBe("process.refused");
  expect(codeOf({ url: "https://example.org" }, { ...inWayC, role: "user" })).toBeUndefined();
});

test("credentials are what the daemon's variables say, and their values are known as secrets", () => {
  const variables: Record<string, string> = { KEY: "key-of-the-service", SHORT: "abc" };
  const of = (entry: object) => credentialsOf(serverOf(entry), (name) => variables[name]);
  const env = { LEVEL: "production", URL: ["https://$", "{KEY}.example.org"].join(""), API_TOKEN: "a-token-itself" };
  expect(of({ command: "a", env, pass: ["SHORT"] })).toEqual({
    values: {
      LEVEL: "production",
      URL: "https://key-of-the-service.example.org",
      API_TOKEN: "a-token-itself",
      SHORT: "abc",
    },
    secrets: ["key-of-the-service", "a-token-itself"],
  });
  expect(of({ url: "https://example.org", token: "KEY" }).values).toEqual({
    authorization: "Bearer key-of-the-service",
  });
  expect(() => of({ command: "a", pass: ["ABSENT"] })).toThrow(/the variable ABSENT is not set/);
});
