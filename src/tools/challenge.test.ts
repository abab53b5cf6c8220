import { expect } from "vitest";
import { promise } from "../../test/promise.ts";
import { evidenceOver, openWorkflows, put } from "../../test/support/workflow-bench.ts";
import { challengeTool } from "./challenge.ts";

promise(
  "auth.paths",
  "a claim is answered with how to check it; lines that it cites are quoted where they are the caller's to read",
  async () => {
    await using bench = await openWorkflows({
      more: (ground) => [challengeTool({ evidence: evidenceOver(ground), timeoutMs: 60_000 })],
    });
    const path = await put(bench, "one.ts", "export const one = 1;\nexport const two = 3;\n");
    const prompt = `${path}:2 is wrong, and /etc/passwd:1 proves it`;
    const view = await bench.call(bench.someone("ada"), { tool: "challenge", input: { text: prompt, model: "any" } });
    expect(view.result).toMatchObject({
      content: expect.stringContaining("do not simply agree"),
      data: {
        status: "challenge_accepted",
        original_statement: prompt,
        evidence: [
          { path, from: 2, to: 2, quote: expect.stringContaining("export const two = 3;") },
          { path: "/etc/passwd", from: 1, unverified: expect.stringContaining("outside") },
        ],
      },
    });
    expect(view.result?.content).toContain("export const two = 3;");
    expect(view.result?.content).not.toContain("root:");
    expect(bench.vendor.seen).toEqual([]);
  },
);
