import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { longCalls } from "./long-call.ts";
import { officials } from "./official.ts";

promise(
  ["lost.accepted", "lost.any-connection", "lost.reconnect"],
  "clients whose limit is far below what their calls take get all of the answers, though the daemon is killed meanwhile",
  async () => {
    const { answered, calls } = await longCalls({ clients: officials, callMs: 15_000, limitMs: 9000, waitMs: 1000 });
    for (const { text, wished } of answered) expect(text).toBe(wished);
    expect(calls).toEqual(officials.map(() => "succeeded"));
  },
);
