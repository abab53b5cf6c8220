import { expect, test } from "vitest";
import { z } from "zod";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { Fault } from "../../protocol/fault.ts";
import { Registry } from "./registry.ts";
import type { ControlTool } from "./tool.ts";

function named(name: string): ControlTool {
  return { name, title: name, description: name, input: z.object({}), answer: async () => ({ content: "" }) };
}

const parts = { tools: [], control: [named("status"), named("version"), named("calls")], enabled: [], disabled: [] };

function refusalOf(act: () => unknown): Fault {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  return expect.fail("it was not refused");
}

test("a tool that nobody has is refused with the nearest names, or with all where none is near", () => {
  const registry = new Registry(parts);
  expect(refusalOf(() => registry.named("call"))).toMatchObject({ code: "tool.unknown", facts: { near: ["calls"] } });
  expect(refusalOf(() => registry.named("xyz")).facts["near"]).toEqual(["status", "version", "calls"]);
});

promise("say.tools", "a name of the settings that no tool has is missing; one turned off is refused as such", () => {
  const registry = new Registry({ ...parts, enabled: ["status", "statsu"], disabled: ["calls", "chat"] });
  expect(registry.missing.map(({ name }) => name)).toEqual(["statsu", "chat"]);
  expect(refusalOf(() => registry.control(someone("ann"), "version")).code).toBe("tool.disabled");
  expect(registry.list(someone("ann")).map(({ name }) => name)).toEqual(["status"]);
});
