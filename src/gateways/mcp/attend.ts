import type { CallToolResult, ProgressToken } from "@modelcontextprotocol/server";
import type { CallId } from "../../protocol/ids.ts";
import { hasEnded } from "../../protocol/phase.ts";
import type { Asked } from "./asked.ts";
import { endedAnswer, runningAnswer } from "./call-answer.ts";
import { CallFollower } from "./call-follower.ts";
import { Patience } from "./patience.ts";
import { tellProgress } from "./progress.ts";

export interface Watch {
  call: CallId;
  /** The last event that the client has; its news come from behind it. */
  after: number;
  token: ProgressToken | undefined;
  waitMs: number;
}

/** Waits for a call with the client: its answer, or its handle before the client's limit. */
export async function attend(asked: Asked, watch: Watch): Promise<CallToolResult> {
  const { operations, journal, clock, stopping } = asked.house;
  const { call } = watch;
  const { signal } = asked;
  using patience = new Patience({ clock, signal, stopping, waitMs: watch.waitMs });
  using follower = new CallFollower(journal, watch);
  try {
    for (let state = "missed"; ; ) {
      const view = state === "open" ? undefined : await operations["call.get"](asked, { call });
      if (view !== undefined && hasEnded(view.phase)) return endedAnswer(asked, view);
      const batch = await follower.next(patience.signal);
      state = batch.state;
      await tellProgress(asked, watch.token, batch.events);
    }
  } catch (error) {
    if (signal.aborted || !patience.isOver) throw error;
    return runningAnswer(await operations["call.get"](asked, { call }));
  }
}
