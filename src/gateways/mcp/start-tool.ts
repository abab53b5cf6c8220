import type { Request, Started } from "../../core/operations/operations.ts";
import type { CallStart } from "../../protocol/methods.ts";
import type { House } from "./house.ts";

/** A tool that is asked for, with what it is to take. */
export interface ToolWish {
  name: string;
  arguments: Record<string, unknown>;
}

/** A tool to be started for a client; `cwd` is where its program stands, if it said so. */
export interface ToolStart extends Pick<CallStart, "key" | "cwd"> {
  wish: ToolWish;
  /** Whoever has a task's handle need not stay for it. */
  isTask: boolean;
}

/** Starts the call of a tool; one that journals nothing has answered instead. Refuses as `call.start` does. */
export function startTool(
  { operations }: Pick<House, "operations">,
  request: Request,
  { wish, key, cwd, isTask }: ToolStart,
): Promise<Started> {
  return operations["call.start"](request, {
    tool: wish.name,
    input: wish.arguments,
    ...(key !== undefined && { key, joins: true }),
    ...(cwd !== undefined && { cwd }),
    // Until its handle has reached the client nobody knows of it.
    ...(isTask && { onDisconnect: "cancel" }),
  });
}
