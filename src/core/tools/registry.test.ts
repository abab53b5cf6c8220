import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { Fault } from "../../protocol/fault.ts";
import { Registry } from "./registry.ts";
import { shelfOf } from "./shelves.ts";
import type { ControlTool, Tool } from "./tool.ts";

function named(name: string): ControlTool {
  return { name, title: name, description: name, input: z.object({}), answer: async () => ({ content: "" }) };
}

function asTool(tool: ControlTool): Tool {
  return {
    ...tool,
    scope: "tools",
    lane: "work",
    idempotent: true,
    resumable: true,
    onDisconnect: "keep",
    version: "1",
    timeoutMs: () => 1,
    run: async () => ({ content: "" }),
  };
}

const parts = { shelves: [], control: [named("status"), named("version"), named("calls")], enabled: [], disabled: [] };

async function refusalOf(act: () => unknown): Promise<Fault> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  return expect.fail("it was not refused");
}

test("a tool that nobody has is refused with the nearest names, or with all where none is near", async () => {
  const registry = new Registry(parts);
  expect(await refusalOf(() => registry.named("call"))).toMatchObject({
    code: "tool.unknown",
    facts: { near: ["calls"] },
  });
  expect((await refusalOf(() => registry.named("xyz"))).facts["near"]).toEqual(["status", "version", "calls"]);
});

test("a name that a client has altered is the tool's, and its rights are those of the tool", async () => {
  const registry = new Registry(parts);
  expect(registry.control(someone("ann"), "status_EXAI-WS-VSCode1")?.name).toBe("status");
  const narrow = someone("ann", { tools: ["version*"] });
  expect((await refusalOf(() => registry.control(narrow, "mcp__exai__status"))).code).toBe("auth.scope");
  const off = new Registry({ ...parts, disabled: ["status"] });
  expect((await refusalOf(() => off.control(someone("ann"), "status-EXAI-WS"))).code).toBe("tool.disabled");
});

test("a dot that a client cannot spell is found again, unless two tools would look alike", async () => {
  const control = [named("files.read"), named("a.b_c"), named("a_b.c")];
  const registry = new Registry({ ...parts, control: [], shelves: [shelfOf(control.map(asTool))] });
  expect((await registry.named("files_read")).name).toBe("files.read");
  expect((await registry.named("mcp__exai__files_read")).name).toBe("files.read");
  expect((await refusalOf(() => registry.named("a_b_c"))).code).toBe("tool.unknown");
});

test("a removed name says what replaces it, whoever spelled it, and the first rule that fits counts", async () => {
  const retired = { old_query: "`chat` with `files`", "old_*": "`chat`", status: "nobody" };
  const registry = new Registry({ ...parts, retired, enabled: ["old_query", "status"] });
  for (const name of ["old_query", "old_query_EXAI-WS", "mcp__exai__old_query"]) {
    const fault = await refusalOf(() => registry.named(name));
    expect(fault).toMatchObject({ code: "tool.unknown", facts: { instead: "`chat` with `files`" } });
    expect(fault.message).toContain("`chat` with `files`");
  }
  expect((await refusalOf(() => registry.named("old_other"))).facts["instead"]).toBe("`chat`");
  expect(registry.control(someone("ann"), "status")?.name).toBe("status");
  expect(registry.missing).toEqual([{ name: "old_query", reason: expect.stringContaining("`chat` with `files`") }]);
});

test("a profile shapes what is listed and nothing else; what is enabled by name is listed", async () => {
  const names = ["chat", "tracer", "calls", "files.read"];
  const table = { ...parts, control: [], shelves: [shelfOf(names.map((name) => asTool(named(name))))] };
  const listed = async (more: object) =>
    (await new Registry({ ...table, ...more }).list(someone("ann"))).map(({ name }) => name);
  expect(await listed({ profile: "full" })).toEqual(names);
  expect(await listed({ profile: "standard" })).toEqual(["chat", "calls", "files.read"]);
  expect(await listed({ profile: "standard", enabled: ["tracer"] })).toEqual(["tracer", "calls"]);
  const registry = new Registry({ ...table, profile: "lean" });
  await registry.load("tracer");
  expect(registry.tool(someone("ann"), "tracer").name).toBe("tracer");
});

test("late answers can be fetched whatever is enabled, unless that is turned off by its name", async () => {
  const registry = new Registry({ ...parts, enabled: ["status"] });
  expect(registry.control(someone("ann"), "calls")?.name).toBe("calls");
  expect((await registry.list(someone("ann"))).map(({ name }) => name)).toEqual(["status", "calls"]);
});

promise(
  "say.tools",
  "a name of the settings that no tool has is missing; one turned off is refused as such",
  async () => {
    const registry = new Registry({ ...parts, enabled: ["status", "statsu"], disabled: ["calls", "chat"] });
    expect(registry.missing.map(({ name }) => name)).toEqual(["statsu", "chat"]);
    expect((await refusalOf(() => registry.control(someone("ann"), "version"))).code).toBe("tool.disabled");
    expect((await registry.list(someone("ann"))).map(({ name }) => name)).toEqual(["status"]);
  },
);
