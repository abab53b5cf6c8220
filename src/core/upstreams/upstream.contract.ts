import { expect, test } from "vitest";
import { Cancelled } from "../../base/abort.ts";
import type { UpstreamServer } from "./server.ts";
import type { UpstreamConnection, UpstreamConnector, UpstreamRequest, UpstreamUser } from "./upstream.ts";

/**
 * A connector and a server that is the notebook of the tests: it has `remember`, `recall`, `wait` and `fail`, the
 * prompt `greet`, and the resource `note://all`.
 */
export interface UpstreamPlace extends AsyncDisposable {
  connector: UpstreamConnector;
  server: UpstreamServer;
  user: UpstreamUser;
}

const never = new AbortController().signal;

export function asked(tool: string, input: Record<string, unknown> = {}): UpstreamRequest {
  return {
    tool: { name: tool, title: tool, description: tool, inputSchema: { type: "object" } },
    input,
    traceparent: "",
    onProgress: () => {},
    ask: async () => null,
  };
}

/** What every connector promises. */
export function upstreamContract(open: () => Promise<UpstreamPlace>): void {
  const reach = async ({ connector, server, user }: UpstreamPlace): Promise<UpstreamConnection> =>
    await connector.connect({ server, user, onChanged: () => {}, onSaid: () => {} }, never);

  test("a server that is reached says what it has, and answers", async () => {
    await using place = await open();
    await using connection = await reach(place);
    const names = (await connection.list("tools", never)).map((entry) => (entry as { name: string }).name);
    expect(names).toEqual(expect.arrayContaining(["remember", "recall", "wait", "fail"]));
    expect(await connection.call(asked("remember", { note: "milk" }), never)).toEqual({ content: "remembered milk" });
    expect(await connection.call(asked("recall"), never)).toEqual({ content: "milk" });
  });

  test("what a server has to read is listed and read, and whoever watches it is told of its changes alone", async () => {
    await using place = await open();
    await using connection = await reach(place);
    expect([...connection.has].toSorted()).toEqual(["prompts", "resources", "templates", "tools"]);
    const listed = async (what: "prompts" | "resources") => JSON.stringify(await connection.list(what, never));
    expect([await listed("prompts"), await listed("resources")]).toEqual([
      expect.stringContaining('"name":"greet"'),
      expect.stringContaining('"uri":"note://all"'),
    ]);
    const told = Promise.withResolvers<void>();
    const watching = await connection.watch("note://all", told.resolve, never);
    const other = await connection.watch("note://other", () => expect.fail("told of another"), never);
    await connection.call(asked("remember", { note: "milk" }), never);
    await told.promise;
    const all = { contents: [{ uri: "note://all", text: "milk" }] };
    expect(await connection.read({ kind: "resource", uri: "note://all" }, never)).toMatchObject(all);
    await Promise.all([watching?.[Symbol.asyncDispose](), other?.[Symbol.asyncDispose]()]);
    await watching?.over;
    const greet = { kind: "prompt", name: "greet", arguments: { whom: "bob" } } as const;
    expect(JSON.stringify(await connection.read(greet, never))).toContain("Greet bob");
    const none = { kind: "resource", uri: "note://none" } as const;
    await expect(connection.read(none, never)).rejects.toMatchObject({ code: "upstream.failed" });
  });

  test("a call that is given up ends with its reason, and others go on", async () => {
    await using place = await open();
    await using connection = await reach(place);
    const giving = new AbortController();
    const waiting = connection.call(asked("wait"), giving.signal);
    waiting.catch(() => {});
    expect(await connection.call(asked("recall"), never)).toEqual({ content: "" });
    const reason = new Cancelled("caller");
    giving.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await connection.call(asked("recall"), never)).toEqual({ content: "" });
  });

  test("a tool that says that it failed is a fault with its words", async () => {
    await using place = await open();
    await using connection = await reach(place);
    const failed = { code: "upstream.failed", message: expect.stringContaining("the disk is full") };
    await expect(connection.call(asked("fail", { why: "the disk is full" }), never)).rejects.toMatchObject(failed);
  });

  test("disposed, once or twice, it has ended without a fault, and what was under way fails", async () => {
    await using place = await open();
    const connection = await reach(place);
    const waiting = connection.call(asked("wait"), never);
    waiting.catch(() => {});
    await connection.call(asked("recall"), never);
    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    await expect(waiting).rejects.toMatchObject({ code: "upstream.lost" });
    expect(await connection.ended).toBeUndefined();
    await expect(connection.call(asked("recall"), never)).rejects.toMatchObject({ code: "upstream.lost" });
  });
}
