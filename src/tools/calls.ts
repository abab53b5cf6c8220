import { z } from "zod";
import type { Calls } from "../core/calls/calls.ts";
import { type ControlRequest, type ControlTool, defineControl } from "../core/tools/tool.ts";
import { Fault } from "../protocol/fault.ts";
import { callId } from "../protocol/ids.ts";
import type { Result } from "../protocol/result.ts";

const input = z.strictObject({
  action: z.enum(["get", "wait", "list", "cancel", "pause", "resume", "answer"]).describe("What to do"),
  call: callId.optional().describe("The call; needed for everything but list"),
  waitMs: z.int().min(0).max(600_000).optional().describe("How long wait may take, in milliseconds"),
  request: z.string().max(64).optional().describe("The question that answer is for"),
  value: z.unknown().optional().describe("The answer"),
});

const waitMs = 25_000;

/** Waits for, lists and steers calls, also from another connection than the one that started them. */
export function callsTool({ calls }: { calls: Calls }): ControlTool {
  return defineControl({
    name: "calls",
    title: "Calls",
    description: "Waits for a running call, gets or lists calls, and cancels, pauses, resumes or answers one.",
    input,
    async answer({ caller, signal }, wish) {
      if (wish.action === "list") {
        const list = await calls.list(caller, { limit: 50 });
        return shown(list.map((view) => `${view.call} ${view.tool} ${view.phase}`).join("\n"), list);
      }
      if (wish.call === undefined) throw new Fault("input.invalid", `Cannot ${wish.action}: no call is named`);
      const view = await act(calls, { caller, signal }, { ...wish, call: wish.call });
      return shown(view.result?.content ?? view.fault?.message ?? `${view.call} is ${view.phase}`, view);
    },
  });
}

type Wish = z.infer<typeof input> & { call: NonNullable<z.infer<typeof input>["call"]> };

async function act(calls: Calls, { caller, signal }: ControlRequest, wish: Wish) {
  switch (wish.action) {
    case "wait":
      return await calls.wait(caller, wish.call, { timeoutMs: wish.waitMs ?? waitMs, signal });
    case "answer":
      return await calls.answer(caller, wish.call, { request: wish.request ?? "", value: wish.value });
    case "cancel":
    case "pause":
    case "resume":
      return await calls.control(caller, wish.call, wish.action);
    default:
      return await calls.get(caller, wish.call);
  }
}

function shown(content: string, data: unknown): Result {
  return { content, data };
}
