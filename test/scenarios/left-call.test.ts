import { expect } from "vitest";
import { callView } from "../../src/protocol/result.ts";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { ask } from "./http-door.ts";

promise(
  "lost.accepted",
  "a call that is started over HTTP and left is durable when its handle is told: a kill right behind it loses nothing",
  async () => {
    await using daemon = await startDaemon();
    const start = { tool: "echo", arguments: { text: "hello", delayMs: 2000 }, detached: true };
    const told = await ask(daemon, "/api/v1/execute", { method: "POST", body: JSON.stringify(start) });
    const { call, phase } = callView.parse(await told.json());
    await daemon.kill("SIGKILL");
    const place = `/api/v1/calls/${call}`;
    expect([told.status, told.headers.get("location")]).toEqual([202, place]);
    expect(["accepted", "queued", "running"]).toContain(phase);
    await daemon.restart();
    const { result } = callView.parse(await (await ask(daemon, `${place}/wait?timeoutMs=60000`)).json());
    expect(result?.content).toBe("hello");
  },
);
