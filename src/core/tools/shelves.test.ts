import { expect, test } from "vitest";
import { z } from "zod";
import { someone, workOf } from "../../../test/support/core.ts";
import { Registry } from "./registry.ts";
import { type Shelf, Shelves } from "./shelves.ts";
import type { Tool } from "./tool.ts";

function toolOf(name: string): Tool {
  return { ...workOf(name, async () => ({ content: "" })), title: name, description: name, input: z.object({}) };
}

class CountedShelf implements Shelf {
  readonly names: readonly string[];
  loads = 0;

  constructor(...names: string[]) {
    this.names = names;
  }

  async load(): Promise<Tool[]> {
    this.loads += 1;
    return this.names.map(toolOf);
  }
}

test("names are known and refused without loading anything, and a tool is loaded with its shelf alone, once", async () => {
  const [near, far] = [new CountedShelf("near", "nearer"), new CountedShelf("far")];
  const settings = { control: [], enabled: [], disabled: ["far", "unknown"] };
  const registry = new Registry({ shelves: [near, far], ...settings });
  expect(registry.missing.map(({ name }) => name)).toEqual(["unknown"]);
  expect(registry.load("nobody")).toBeUndefined();
  expect(() => registry.tool(someone("ann"), "nobody")).toThrow(expect.objectContaining({ code: "tool.unknown" }));
  expect(near.loads).toBe(0);
  await Promise.all(["near", "nearer", "near"].map((name) => registry.load(name)));
  const found = ["near", "nearer", "near"].map((name) => registry.tool(someone("ann"), name));
  expect(found.map(({ name }) => name)).toEqual(["near", "nearer", "near"]);
  expect(near.loads).toBe(1);
  expect(registry.load("nearer")).toBeUndefined();
});

test("who lists tools is told of all that are offered, in the order of the table", async () => {
  const [one, two, off] = [new CountedShelf("c", "a"), new CountedShelf("b"), new CountedShelf("d")];
  const registry = new Registry({ shelves: [one, two, off], control: [], enabled: [], disabled: ["d"] });
  expect((await registry.list(someone("ann"))).map(({ name }) => name)).toEqual(["c", "a", "b"]);
  expect(off.loads).toBe(0);
});

test("a shelf that could not be loaded is loaded anew, and one without the tool that it names is a bug", async () => {
  let loads = 0;
  const shelf: Shelf = {
    names: ["a", "b"],
    load: async () => {
      loads += 1;
      if (loads === 1) throw new Error("no file");
      return loads === 2 ? [toolOf("a")] : ["a", "b"].map(toolOf);
    },
  };
  const shelves = new Shelves([shelf]);
  expect(() => shelves.tool("a")).toThrow("Expected the shelf of a to be loaded");
  await expect(shelves.load("a")).rejects.toThrow("no file");
  await expect(shelves.load("a")).rejects.toThrow("Expected b on its shelf");
  await shelves.load("a");
  expect(shelves.tool("b")?.name).toBe("b");
  expect(loads).toBe(3);
});
