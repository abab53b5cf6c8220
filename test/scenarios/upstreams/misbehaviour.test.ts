import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { daemonOver, misbehaving, program, type Told, use } from "./servers.ts";

const limited = { timeoutMs: 4000 };

/** How each misbehaves, and what its own caller is told. */
const ends = {
  "never-answers": "call.deadline",
  "floods-stdout": "call.deadline",
  "floods-stderr": "call.deadline",
  "reads-nothing": "call.deadline",
  crashes: "upstream.lost",
  "breaks-frames": "upstream.unreadable",
  "long-line": "upstream.unreadable",
  "deep-answer": "upstream.unreadable",
  "wrong-answer": "upstream.unreadable",
} as const;

const servers = Object.fromEntries(Object.keys(ends).map((how) => [how, misbehaving(how, limited)]));

promise(
  "auth.frames",
  "servers that never answer, flood, crash, break frames or send a line without end cost their own calls alone, and no memory",
  async () => {
    await using daemon = await daemonOver({ ...servers, notebook: program("mcp-notebook") });
    expect(await use(daemon, "notebook.remember", { note: "still here" })).toMatchObject({
      content: "remembered still here",
    });
    const before = memoryOf(daemon.pid);
    const bad = Object.keys(ends).map(async (how): Promise<[string, Told]> => [how, await use(daemon, `${how}.act`)]);
    const meanwhile: Told[] = [];
    let isOver = false;
    const all = Promise.all(bad).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      meanwhile.push(await use(daemon, "echo", { text: `${meanwhile.length}` }));
      meanwhile.push(await use(daemon, "notebook.recall"));
    }
    const told = (await all).map(([how, { fault }]) => [how, fault?.code]);
    expect(Object.fromEntries(told)).toEqual(ends);
    expect(meanwhile.length).toBeGreaterThan(10);
    expect(meanwhile.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(memoryOf(daemon.pid) - before).toBeLessThan(120 * 1024 * 1024);
    expect((await statusOf(daemon)).permits["work"]).toMatchObject({ held: 0, waiting: 0 });
  },
  120_000,
);
