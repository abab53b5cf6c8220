import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exai } from "../../support/command-line.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { clientOf, startPatiently } from "../socket-client.ts";
import { fileSays, place, program, toolsOf, use } from "./servers.ts";

/** Writes `mcpServers` into the daemon's own file and has it taken over. */
async function entries(daemon: DaemonProcess, mcpServers: object): Promise<void> {
  await writeFile(join(daemon.home, "exai.config.json"), JSON.stringify({ mcpServers }));
  const { code, stdout } = await exai(["reload"], { env: daemon.clientEnv });
  expect([code, stdout.toString()]).toEqual([0, expect.stringContaining("EXAI_MCP_SERVERS")]);
}

const fromOf = async (daemon: DaemonProcess) =>
  (await toolsOf(daemon)).filter((name) => name.endsWith(".recall")).map((name) => name.split(".")[0]);

test("a reload takes servers over: one comes, another is changed, and the calls of one that goes end with that", async () => {
  await using here = await place();
  await using daemon = await startDaemon({ env: { EXAI_EXEC_MIN_CONFINEMENT: "C", EXAI_ROOTS: here.path } });
  expect(await fromOf(daemon)).toEqual([]);
  await entries(daemon, { first: program("mcp-notebook"), second: program("mcp-notebook") });
  // A list does not wait for ever for a server that has only just begun.
  await expect.poll(() => fromOf(daemon)).toEqual(["first", "second"]);
  expect(await use(daemon, "second.remember", { note: "kept" })).toMatchObject({ content: "remembered kept" });
  await using client = clientOf(daemon);
  const file = join(here.path, "waits");
  const waiting = await startPatiently(client, "first.wait", { input: { file } });
  await fileSays(file, /waits/);
  await entries(daemon, { second: program("mcp-notebook"), third: program("mcp-notebook") });
  expect((await waiting.result()).fault).toMatchObject({ code: "upstream.removed", facts: { server: "first" } });
  await expect.poll(() => fromOf(daemon)).toEqual(["second", "third"]);
  expect(await use(daemon, "second.recall")).toMatchObject({ content: "kept" });
  expect((await use(daemon, "first.recall")).fault?.code).toBe("tool.unknown");
  await entries(daemon, { second: program("mcp-notebook", [], { tools: ["recall"] }) });
  expect(await use(daemon, "second.recall"), "a changed entry begins anew").toMatchObject({ content: "" });
  const second = async () => (await toolsOf(daemon)).filter((name) => name.startsWith("second."));
  await expect.poll(second).toEqual(["second.recall"]);
});
