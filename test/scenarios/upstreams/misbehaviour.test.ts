import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { statusOf } from "../http-door.ts";
import { memoryOf } from "../memory-of.ts";
import { daemonOver, misbehaving, program, type Told, use } from "./servers.ts";

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

/** Only of those that it ends: all others say something, however long a busy machine takes to start them. */
const limited = { timeoutMs: 5000 };
const servers = Object.fromEntries(
  Object.entries(ends).map(([how, end]) => [how, misbehaving(how, end === "call.deadline" ? limited : {})]),
);

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
    expect(meanwhile.length).toBeGreaterThan(2);
    expect(meanwhile.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(memoryOf(daemon.pid) - before).toBeLessThan(256 * 1024 * 1024);
    expect((await statusOf(daemon)).permits["work"]).toMatchObject({ held: 0, waiting: 0 });
  },
);
