import { z } from "zod";
import { type Clock, sleep } from "../base/clock.ts";
import { renamed } from "../core/tools/renamed.ts";
import { defineTool, type Tool } from "../core/tools/tool.ts";

const input = z.strictObject({
  text: z.string().max(1_000_000).describe("What comes back"),
  delayMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .optional()
    .describe("Milliseconds to wait before it does, counted from the call's first start"),
});

/** Answers what it was given: for load, tests and the first look. A delay goes on counting over a restart. */
export function echoTool({ clock, timeoutMs }: { clock: Clock; timeoutMs: number }): Tool {
  return defineTool({
    name: "echo",
    title: "Echo",
    description: "Answers the text it is given, after a delay if one is named.",
    annotations: { openWorldHint: false },
    version: "1",
    scope: "tools",
    lane: "work",
    idempotent: true,
    resumable: true,
    beginsEarly: true,
    onDisconnect: "keep",
    input: renamed(input, { prompt: "text" }),
    endsAtOnce: ({ delayMs }) => delayMs === undefined,
    timeoutMs: ({ delayMs }) => timeoutMs + (delayMs ?? 0),
    async run(context, { text, delayMs }) {
      if (delayMs !== undefined) {
        const leftMs = context.startedAt + delayMs - clock.wallMs();
        if (leftMs > 0) await sleep(clock, leftMs, context.signal);
      }
      return { content: text };
    },
  });
}
