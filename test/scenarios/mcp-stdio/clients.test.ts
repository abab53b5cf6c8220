import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { eras, lives, OfficialClient } from "./official-client.ts";
import { launcher, StdioClient, textOf } from "./stdio-client.ts";

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startDaemon({ env: { EXAI_MCP_WAIT_SECS: "1" } });
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
});

describe.each(eras)("the official client of %s", (era) => {
  test("lists and calls tools over a shim that it has started, and nothing is left when it closes", async () => {
    await using official = await OfficialClient.connect(era, daemon.clientEnv);
    const { client, pid } = official;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("chat");
    const answer = await official.call("echo", { text: "hi" });
    expect(answer.content).toEqual([{ type: "text", text: "hi" }]);
    await client.close();
    await expect.poll(() => lives(pid)).toBe(false);
  });

  promise("lost.reconnect", "goes on over a kill of the daemon as if there had been a pause", async () => {
    await using own = await startDaemon();
    await using official = await OfficialClient.connect(era, own.clientEnv);
    const { client } = official;
    const asked = official.call("echo", { text: "later", delayMs: 1500 });
    await official.call("echo", { text: "first" });
    await own.kill("SIGKILL");
    await own.restart();
    expect((await asked).content).toEqual([{ type: "text", text: "later" }]);
    expect((await client.listTools()).tools).not.toEqual([]);
  });

  test("whose limit is shorter than a call gets all of it: first the call's handle, then what it waits for", async () => {
    await using official = await OfficialClient.connect(era, daemon.clientEnv);
    const { client } = official;
    const short = { timeout: 10_000 };
    let answer = await official.call("echo", { text: `of ${era}`, delayMs: 11_000 }, short);
    let handles = 0;
    for (let next = nextIn(answer.structuredContent); next !== undefined; next = nextIn(answer.structuredContent)) {
      handles += 1;
      answer = await client.callTool(next, short);
    }
    expect(handles).toBeGreaterThan(1);
    expect(answer.structuredContent).toMatchObject({ phase: "succeeded", result: { content: `of ${era}` } });
  });
});

/** The call that the running answer says to make. */
function nextIn(content: unknown): { name: string; arguments: Record<string, unknown> } | undefined {
  const { status, next } = content as {
    status?: string;
    next?: { tool: string; arguments: Record<string, unknown> };
  };
  return status === "running" && next !== undefined ? { name: next.tool, arguments: next.arguments } : undefined;
}

const inspector = join(import.meta.dirname, "../../../node_modules/.bin/mcp-inspector");

test.each(["legacy", "modern"])("the inspector lists and calls tools over stdio, era %s", async (era) => {
  const ask = async (...argv: readonly string[]) => {
    const args = [
      "--cli",
      process.execPath,
      launcher,
      "mcp",
      "--protocol-era",
      era,
      // It hands nothing of its own environment on.
      "-e",
      `EXAI_HOME=${daemon.home}`,
      "-e",
      "EXAI_AUTOSTART=0",
      "--format",
      "json",
      "-q",
      ...argv,
    ];
    const { stdout } = await promisify(execFile)(inspector, args, {
      env: { ...daemon.clientEnv, HOME: daemon.home },
    });
    return JSON.parse(stdout);
  };
  const listed = await ask("--method", "tools/list");
  expect(listed.result.tools.map(({ name }: { name: string }) => name)).toContain("chat");
  const called = await ask("--method", "tools/call", "--tool-name", "calls", "--tool-arg", "action=list");
  expect(called.result).toMatchObject({ structuredContent: { tool: "calls", phase: "succeeded" } });
});

test("a client that starts its server in-process needs no daemon, and a daemon of the same folder does not hinder it", async () => {
  await using client = await StdioClient.open({ env: daemon.clientEnv, argv: ["--standalone"] });
  expect(textOf(await client.call("echo", { text: "alone" }))).toBe("alone");
  expect(client.stderr).toContain(`another exai runs on ${daemon.home}`);
  expect(await client.end()).toBe(0);
});
