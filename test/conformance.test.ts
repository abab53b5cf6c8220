import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConformanceDaemon } from "./support/conformance/suite.ts";
import { startDaemon } from "./support/daemon.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** What the suite sends first in either revision, without a token, because it has none. */
const opening = {
  "2025-11-25": {
    headers: {},
    body: {
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "suite", version: "1" } },
    },
  },
  "2026-07-28": {
    headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" },
    body: {
      method: "tools/list",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "suite", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    },
  },
};

async function send(url: string, { headers, body }: (typeof opening)[keyof typeof opening]): Promise<number> {
  const accept = "application/json, text/event-stream";
  const { status, body: answer } = await fetch(url, {
    method: "POST",
    headers: { ...headers, accept, "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
  });
  await answer?.cancel();
  return status;
}

describe("what the suite is run against", () => {
  test("is the product's composition with additions, and nothing of the product knows of them", () => {
    const entry = read("test/support/conformance.ts");
    const imported = [...entry.matchAll(/from "(\.[^"]+)"/g)].map(([, path]) => path);
    const ofProduct = imported.filter((path) => path?.startsWith("../../src/"));
    expect(ofProduct.map((path) => path?.slice("../../src/".length)).toSorted()).toEqual([
      "base/stop-signals.ts",
      "daemon/daemon.ts",
      "daemon/read-settings.ts",
    ]);
    // The product's own entry starts the same composition, and adds nothing.
    expect(read("src/daemon/main.ts")).toContain('import { type Daemon, openDaemon } from "./daemon.ts";');
    expect(read("src/daemon/main.ts")).not.toContain("additions");
    const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".contract.ts"),
    );
    expect(sources.length).toBeGreaterThan(100);
    for (const path of sources) expect(read(join("src", path)), path).not.toMatch(/conformance|from "[^"]*\/test\//);
  });

  test("lets the suite in; the product answers the same requests with 401", async () => {
    await using daemon = await ConformanceDaemon.start();
    await using product = await startDaemon();
    for (const request of Object.values(opening)) {
      expect(await send(daemon.url, request)).toBe(200);
      expect(await send(`${product.url}/mcp`, request)).toBe(401);
    }
  });
});

test("scenarios of both revisions pass: sessions, streams, foreign pages, headers; npm run conformance runs all", async () => {
  await using daemon = await ConformanceDaemon.start();
  const some = ["server-session-lifecycle", "tools-call-elicitation", "dns-rebinding-protection", "server-stateless"];
  for (const name of [...some, "http-header-validation"]) {
    const [scenario, ...others] = await daemon.run("--scenario", name);
    expect(others).toEqual([]);
    expect(scenario?.failures, name).toEqual([]);
    expect(
      scenario?.checks.some(({ status }) => status === "SUCCESS"),
      name,
    ).toBe(true);
  }
});
