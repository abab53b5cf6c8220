import { expect } from "vitest";
import { promise } from "../../promise.ts";
import type { Door } from "../http-door.ts";
import { daemonOver, doorOf, program, toolsOf, upstreamsOf, use } from "./servers.ts";

async function said(door: Door, tool: string, given: object = {}): Promise<string | undefined> {
  const { content, fault } = await use(door, `notebook.${tool}`, given);
  return content ?? fault?.message;
}

promise(
  "leak.cross-tenant",
  "two principals at one server have a process each: neither finds notes, tools or words of the other",
  async () => {
    await using daemon = await daemonOver({ notebook: program("mcp-notebook") });
    const [ann, bob] = [await doorOf(daemon, "ann"), await doorOf(daemon, "bob")];
    for (let note = 0; note < 3; note++)
      await Promise.all([
        said(ann, "remember", { note: `ann ${note}` }),
        said(bob, "remember", { note: `bob ${note}` }),
      ]);
    expect(await said(ann, "recall")).toBe("ann 0, ann 1, ann 2");
    expect(await said(bob, "recall")).toBe("bob 0, bob 1, bob 2");
    expect(await said(ann, "process")).not.toBe(await said(bob, "process"));
    await said(ann, "variable", { name: "ann-asked-this" });
    expect(await said(ann, "grow")).toBe("grown");
    await expect.poll(() => toolsOf(ann)).toContain("notebook.grown");
    expect(await said(ann, "grown")).toBe("as tall as that");
    expect(await toolsOf(bob)).not.toContain("notebook.grown");
    expect(await said(bob, "grown")).toMatch(/^Cannot find tool/);
    const [seen] = await upstreamsOf(bob);
    expect(JSON.stringify(seen)).not.toMatch(/ann-asked-this|grown/);
    expect(seen).toMatchObject({ sessions: 2, own: [{ state: "ready" }] });
    expect(JSON.stringify(await upstreamsOf(ann))).toMatch(/ann-asked-this is undefined/);
  },
);
