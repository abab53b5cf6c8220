import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cyclesIn, importsOf } from "../scripts/imports.ts";
import { isTest, readSources } from "../scripts/sources.ts";
import { layers, tableOf, violationsIn } from "./architecture.ts";

const root = join(import.meta.dirname, "..");

test("every import of the product is one that the table allows", () => {
  expect(violationsIn(readSources(root, ["src"]))).toEqual([]);
});

test("no files import one another in a circle", () => {
  const product = readSources(root, ["src"]).filter((source) => !isTest(source.path));
  const imports = product.flatMap(importsOf);
  expect(imports.length).toBeGreaterThan(0);
  expect(cyclesIn(imports)).toEqual([]);
});

test("ARCHITECTURE.md quotes the table as it is", () => {
  expect(readFileSync(join(root, "ARCHITECTURE.md"), "utf8")).toContain(tableOf(layers));
});

describe("what is planted is found", () => {
  const refused: Record<string, [path: string, text: string]> = {
    "base imports the protocol": ["src/base/a.ts", `import { z } from "../protocol/ids.ts";`],
    "the protocol imports Node": ["src/protocol/a.ts", `import "node:crypto";`],
    "core imports the disk": ["src/core/calls/a.ts", `import { open } from "node:fs/promises";`],
    "core imports an adapter": ["src/core/calls/a.ts", `import "../../adapters/store/sqlite/b.ts";`],
    "a leaf imports the calls": ["src/core/tenants/a.ts", `import type { Work } from "../calls/work.ts";`],
    "the store imports more of the calls than the fold": ["src/core/store/a.ts", `export * from "../calls/work.ts";`],
    "the calls import the operations": ["src/core/calls/a.ts", `import "../operations/operations.ts";`],
    "a tool imports another tool": ["src/tools/a.ts", `import "./b.ts";`],
    "a tool imports an adapter by a type": ["src/tools/a.ts", `type T = import("../adapters/models/x/b.ts").T;`],
    "an adapter imports another": ["src/adapters/store/a/a.ts", `import "../b/b.ts";`],
    "an adapter imports a gateway": ["src/adapters/store/a/a.ts", `import "../../../gateways/http/b.ts";`],
    "an adapter imports another port": ["src/adapters/store/a/a.ts", `import "../../../core/models/model.ts";`],
    "a gateway imports another": ["src/gateways/http/a.ts", `import "../websocket/b.ts";`],
    "a gateway imports a package that is not its own": ["src/gateways/http/a.ts", `import "pg";`],
    "the client imports Node": ["src/client/a.ts", `const { connect } = await import("node:net");`],
    "the command line loads the daemon with itself": ["src/cli/serve.ts", `import "../daemon/main.ts";`],
    "another command loads the daemon": ["src/cli/call.ts", `await import("../daemon/main.ts");`],
    "the daemon imports the command line": ["src/daemon/a.ts", `import "../cli/main.ts";`],
    "the product imports a test": ["src/base/a.ts", `import "./b.test.ts";`],
    "the product imports what is not in src": ["src/daemon/a.ts", `import "../../test/support/b.ts";`],
    "an import that nobody can name": ["src/cli/serve.ts", `await import(name);`],
    "a file lies in an unknown folder": ["src/helpers/a.ts", ""],
    "a file lies beside the folders of a layer": ["src/core/a.ts", ""],
  };

  for (const [title, [path, text]] of Object.entries(refused))
    test(`refused: ${title}`, () => {
      expect(violationsIn([{ path, text }])).toHaveLength(1);
    });

  const allowed: Record<string, [path: string, text: string]> = {
    "the store imports the fold": ["src/core/store/a.ts", `import { advance } from "../fold/call-state.ts";`],
    "the operations import all of core": ["src/core/operations/a.ts", `import "../agents/turn.ts";`],
    "serve loads the daemon when it is reached": ["src/cli/serve.ts", `await import("../daemon/main.ts");`],
    "a tool imports its own folder": ["src/tools/exec/a.ts", `import "./b.ts";`],
    "a package's inner module": ["src/daemon/a.ts", `import "@opentelemetry/api";`],
  };

  for (const [title, [path, text]] of Object.entries(allowed))
    test(`allowed: ${title}`, () => {
      expect(violationsIn([{ path, text }])).toEqual([]);
    });

  test("a circle is named by its path, types included", () => {
    const imports = [
      { path: "src/base/a.ts", text: `import "./b.ts";` },
      { path: "src/base/b.ts", text: `import type { C } from "./c.ts";` },
      { path: "src/base/c.ts", text: `export * from "./b.ts";` },
    ].flatMap(importsOf);
    expect(cyclesIn(imports)).toEqual(["src/base/b.ts → src/base/c.ts → src/base/b.ts"]);
  });

  test("a walk that finds nothing fails", () => {
    expect(() => violationsIn([])).toThrow("found no file");
    expect(() => violationsIn([{ path: "src/base/a.test.ts", text: "" }])).toThrow("found no file");
  });
});
