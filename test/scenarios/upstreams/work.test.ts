import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";
import { daemonOver, fileSays, place, program } from "./servers.ts";

promise(
  "leak.task",
  "a call that is cancelled is cancelled at the server too, and the server goes on with others",
  async () => {
    await using folder = await place();
    const file = join(folder.path, "waiting");
    await using daemon = await daemonOver({ notebook: program("mcp-notebook") });
    await using client = clientOf(daemon);
    const call = await startPatiently(client, "notebook.wait", { input: { file } });
    await fileSays(file, /waits/);
    await call.control("cancel");
    expect(await call.result()).toMatchObject({ phase: "cancelled" });
    await fileSays(file, /was cancelled/);
    const other = await startPatiently(client, "notebook.remember", { input: { note: "milk" } });
    expect(await other.result()).toMatchObject({ phase: "succeeded" });
  },
);

promise(
  "lost.step-once",
  "after a kill of the daemon a tool that may have acted is not called again and the call says so; one vouched for as read-only is",
  async () => {
    await using folder = await place();
    const [acted, read] = [join(folder.path, "acted"), join(folder.path, "read")];
    await using daemon = await daemonOver({
      acting: program("mcp-notebook"),
      reading: program("mcp-notebook", [], { readOnly: ["app*"] }),
    });
    const ids: string[] = [];
    {
      await using client = clientOf(daemon);
      for (const [server, file] of [["acting", acted] as const, ["reading", read] as const])
        ids.push((await startPatiently(client, `${server}.append`, { input: { file } })).id);
      await Promise.all([fileSays(acted, /done/), fileSays(read, /done/)]);
      await daemon.kill("SIGKILL");
    }
    await daemon.restart();
    await using client = clientOf(daemon);
    await fileSays(read, /done\ndone/);
    const [first = "", second = ""] = ids;
    const interrupted = await client.request("call.wait", { call: first as never, timeoutMs: 60_000 }, never);
    expect(interrupted).toMatchObject({ phase: "failed", fault: { code: "call.interrupted", retry: { safe: false } } });
    expect(await readFile(acted, "utf8")).toBe("done\n");
    await client.request("call.control", { call: second as never, action: "cancel" }, never);
  },
);
