import { expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { markedProcesses } from "../marked-processes.ts";
import { daemonOver, doorOf, misbehaving, program, use } from "./servers.ts";

const servers = {
  notebook: program("mcp-notebook"),
  forking: misbehaving("forks"),
  crashing: misbehaving("forks-and-crashes"),
};

async function useAll(door: { url: string; token: string }): Promise<void> {
  await use(door, "notebook.recall");
  expect((await use(door, "forking.act")).content).toBe("forked");
  expect((await use(door, "crashing.act")).fault?.code).toBe("upstream.lost");
}

/** Resolves when nothing that the daemon started lives any more. */
async function nothingLives(home: string): Promise<void> {
  await expect.poll(() => markedProcesses(home)).toEqual([]);
}

promise(
  "leak.process",
  "of servers and what they forked nothing lives after the daemon has stopped, nor after it was killed",
  async () => {
    await using daemon = await daemonOver(servers);
    await useAll(daemon);
    await expect.poll(() => markedProcesses(daemon.home).length).toBeGreaterThan(3);
    expect(await daemon.stop()).toBe(0);
    expect(markedProcesses(daemon.home)).toEqual([]);
    await daemon.restart();
    await useAll(daemon);
    await daemon.kill("SIGKILL");
    await nothingLives(daemon.home);
  },
);

test("a session that nobody uses ends, and the next call begins another", async () => {
  await using daemon = await daemonOver({ notebook: program("mcp-notebook", [], { idleMs: 300 }) });
  const bob = await doorOf(daemon, "bob");
  await use(bob, "notebook.remember", { note: "milk" });
  await nothingLives(daemon.home);
  expect(await use(bob, "notebook.recall")).toMatchObject({ content: "" });
});
