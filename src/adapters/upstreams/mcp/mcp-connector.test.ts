import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { HttpNotebook } from "../../../../test/support/upstreams/http-server.ts";
import { SystemClock } from "../../../base/clock.ts";
import { SortableIds } from "../../../base/ids.ts";
import { type UpstreamServer, upstreamServers } from "../../../core/upstreams/server.ts";
import { asked, type UpstreamPlace, upstreamContract } from "../../../core/upstreams/upstream.contract.ts";
import type { UpstreamConnection } from "../../../core/upstreams/upstream.ts";
import type { PrincipalId } from "../../../protocol/ids.ts";
import { openLocalProcessHost } from "../../processes/supervised/local-process-host.ts";
import { McpConnector } from "./mcp-connector.ts";

const programs = join(import.meta.dirname, "../../../../test/programs");
const clock = new SystemClock();
const ids = new SortableIds(clock);
const never = new AbortController().signal;

interface Rig extends UpstreamPlace {
  said: string[];
}

function serverOf(entry: object): UpstreamServer {
  const [server] = upstreamServers.parse({ notebook: entry });
  return server ?? expect.fail("no server");
}

/** A server as a program of the tests, run by a process host of its own. */
async function rigOf(name: string, args: readonly string[], more: object = {}): Promise<Rig> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "exai-upstream-")));
  const processes = await openLocalProcessHost({ folder: join(root, "processes"), clock, among: ["C"] });
  const connector = new McpConnector({
    processes,
    clock,
    version: "1",
    newId: () => ids.next(),
    path: "/usr/bin:/bin",
    home: root,
    leastWay: undefined,
    paths: { isDirectory: async () => true },
    hold: async (_, path) => ({ path, async [Symbol.asyncDispose]() {} }),
    variable: () => undefined,
    scrubber: () => (text) => text,
  });
  return {
    connector,
    server: serverOf({ command: process.execPath, args: [join(programs, `${name}.ts`), ...args], ...more }),
    user: { principal: "ann" as PrincipalId, role: "owner", roots: [root] },
    said: [],
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

async function reach({ connector, server, user, said }: Rig): Promise<UpstreamConnection> {
  return await connector.connect({ server, user, onToolsChanged: () => {}, onSaid: (line) => said.push(line) }, never);
}

describe("a program of 2026-07-28", () => upstreamContract(() => rigOf("mcp-notebook", [])));
describe("a program of 2025-11-25", () =>
  upstreamContract(() => rigOf("mcp-notebook", [], { protocol: "2025-11-25" })));

describe.each(["2026-07-28", "2025-11-25"])("an address of %s", (protocol) => {
  upstreamContract(async () => {
    const rig = await rigOf("mcp-notebook", []);
    const notebook = await HttpNotebook.open();
    return {
      ...rig,
      server: serverOf({ url: notebook.url, protocol }),
      async [Symbol.asyncDispose]() {
        await notebook[Symbol.asyncDispose]();
        await rig[Symbol.asyncDispose]();
      },
    };
  });
});

test("an older program that ends at the first request it does not know is started again as one", async () => {
  await using rig = await rigOf("mcp-misbehaves", ["ends-at-unknown"]);
  for (let times = 0; times < 2; times++) {
    await using connection = await reach(rig);
    expect(connection.protocol).toBe("2025-11-25");
    expect(await connection.call(asked("act"), never)).toEqual({ content: "fine" });
  }
});

test("a program that cannot be started, or that ends at once, is told with what is known of why", async () => {
  await using absent = await rigOf("mcp-misbehaves", [], { command: "no-such-program" });
  await expect(reach(absent)).rejects.toMatchObject({ code: "upstream.unavailable", retry: { safe: true } });
  await using ending = await rigOf("no-such-file", [], { protocol: "2025-11-25" });
  await expect(reach(ending)).rejects.toThrow(/ended by itself \(code 1\).*; its last words: .+/);
});

promise(
  "auth.frames",
  "a line that is longer than it may be, or no message, ends the session and is told; words are only words",
  async () => {
    const told = { "long-line": /longer than 65536 bytes/, "breaks-frames": /no JSON, expected one message a line/ };
    for (const [how, message] of Object.entries(told)) {
      await using rig = await rigOf("mcp-misbehaves", [how], { protocol: "2025-11-25", maxBytes: 65_536 });
      await using connection = await reach(rig);
      await expect(connection.call(asked("act"), AbortSignal.timeout(10_000))).rejects.toThrow(message);
      expect(await connection.ended).toMatchObject({ code: "upstream.unreadable" });
    }
    await using rig = await rigOf("mcp-notebook", []);
    await using connection = await reach(rig);
    expect(await connection.call(asked("recall"), never)).toEqual({ content: "" });
    expect(rig.said).toContain("the notebook is open");
  },
);
